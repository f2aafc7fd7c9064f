import { RULES } from '../../audit/rules/registry.ts';
import { ConfigurationError } from '../../functions/errors.ts';
import { layOut } from '../replay/table.ts';
import { wrap } from '../replay/wrap.ts';

const WIDTH = 80;

export function listRules(): string {
  const rows = RULES.map(({ id, severity, title }) => [id, severity, title]);
  return `${layOut([['RULE', 'SEVERITY', 'FINDS'], ...rows])}\n`;
}

/** @throws ConfigurationError for a rule that is none. */
export function explainRule(id: string): string {
  const rule = RULES.find((each) => each.id === id);
  if (!rule)
    throw new ConfigurationError(
      `--explain ${id}: is no rule; it may be ${RULES.map((each) => each.id).join(', ')}.`,
    );
  const means =
    rule.verdict === 'keep-off' ? 'the workload is better kept on demand' : 'fine on spot after a change';
  return [
    `${rule.id} (${rule.severity}): ${rule.title}`,
    '',
    ...wrap(rule.explanation, WIDTH),
    '',
    ...wrap(
      `A finding means: ${means}. To leave it as it is: annotation spot-responder/audit-ignore: "${rule.id} -- why".`,
      WIDTH,
    ),
    '',
  ].join('\n');
}
