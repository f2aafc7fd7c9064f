/** On a workload, its pod template or a node group: `no-budget, no-spread -- a cache, may be away`. */
const IGNORE_ANNOTATION = 'spot-responder/audit-ignore';

export interface Ignored {
  readonly rule: string;
  readonly reason?: string;
}

/** Rules by commas, the reason behind ` -- `; several of these by semicolons. */
export function readIgnores(annotations: Readonly<Record<string, string>>): readonly Ignored[] {
  return (annotations[IGNORE_ANNOTATION] ?? '').split(';').flatMap((statement) => {
    const [rules = '', ...reasons] = statement.split(/(?:^|\s)--(?:\s|$)/);
    const reason = reasons.join(' -- ').trim();
    const names = rules
      .split(',')
      .map((rule) => rule.trim())
      .filter((rule) => rule !== '');
    return names.map((rule) => ({ rule, ...(reason !== '' && { reason }) }));
  });
}
