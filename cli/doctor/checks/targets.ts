import { ListTargetsByRuleCommand, type Target } from '@aws-sdk/client-eventbridge';
import { AwsCallError } from '../../../functions/errors.ts';
import { ask } from '../../aws/ask.ts';
import { REVERT_DRIFT } from '../../aws/redeploy.ts';
import type { StackResource } from '../../aws/stack-resources.ts';
import { readWantedTargets, type WantedTarget } from '../../aws/stack-template.ts';
import type { Check, Finding } from '../finding.ts';
import type { Patient } from '../patient.ts';
import { ruleKey } from './rules.ts';

/**
 * Every rule sends to all that the stack's template says, and what a target does not take is kept: the responder, the queue that
 * has another run look after it, the fallback's nudges, the notices for Slack.
 */
export const targetsCheck: Check<Patient> = {
  name: 'rule targets',
  look: async (patient) => {
    const wanted = await readWantedTargets(patient.aws.cloudFormation, patient.stack.name);
    const rules = patient.resources.filter(({ type }) => type === 'AWS::Events::Rule');
    const findings = await Promise.all(
      rules.map((each) => lookAt(patient, each, wanted.get(each.logicalId) ?? [])),
    );
    const wrong = findings.flat();
    if (wrong.length > 0) return wrong;
    const count = [...wanted.values()].flat().length;
    return [{ type: 'ok', about: 'EventBridge', detail: `all ${count} are there, with dead-letter queues` }];
  },
};

async function lookAt(
  patient: Patient,
  resource: StackResource,
  wanted: readonly WantedTarget[],
): Promise<readonly Finding[]> {
  const { bus, name: rule } = ruleKey(resource);
  const there = await targetsOf(patient, rule, bus);
  if (!there) return [];
  return wanted.flatMap(({ isKept, logicalId }): readonly Finding[] => {
    const name = nameOf(patient, logicalId);
    const found = there.find(({ Arn = '' }) => Arn.split(':').at(-1) === name);
    const problem = found
      ? isKept && !found.DeadLetterConfig?.Arn && `what ${name} does not take is lost: no dead-letter queue`
      : `it does not send to ${name} any more`;
    return problem ? [{ type: 'wrong', about: `rule ${rule}`, problem, remedy: REVERT_DRIFT }] : [];
  });
}

/** `undefined` of a rule that is gone: another check tells of that. */
async function targetsOf(
  { aws: { events }, region }: Patient,
  rule: string,
  bus: string,
): Promise<readonly Target[] | undefined> {
  const question = { action: 'events:ListTargetsByRule', on: `rule ${rule}`, region };
  const command = new ListTargetsByRuleCommand({ Rule: rule, EventBusName: bus });
  try {
    return (await ask(question, (options) => events.send(command, options))).Targets ?? [];
  } catch (error) {
    if (error instanceof AwsCallError && error.code === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}

/** As its ARN ends: CloudFormation knows a queue by its URL. */
function nameOf({ resources }: Patient, logicalId: string): string {
  const { physicalId = logicalId } = resources.find((each) => each.logicalId === logicalId) ?? {};
  return physicalId.split('/').at(-1) ?? physicalId;
}
