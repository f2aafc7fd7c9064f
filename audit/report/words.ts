import { stringify } from 'yaml';
import type { ObjectRef, Spot, Workload } from '../fleet.ts';
import type { Audit, Finding, Verdict } from '../judge.ts';
import type { Patch, Severity } from '../rule.ts';

export const VERDICT_WORDS: Readonly<Record<Verdict, string>> = {
  spot: 'belongs on spot',
  'after-changes': 'after changes',
  'off-spot': 'keep off spot',
};

export const SPOT_WORDS: Readonly<Record<Spot, string>> = {
  only: 'spot only',
  may: 'may use spot',
  never: 'on demand',
  'not-today': 'not today',
};

export function nameOf({ kind, name, namespace }: ObjectRef, part?: string): string {
  const whole = `${namespace === undefined ? '' : `${namespace}/`}${kind}/${name}`;
  return part === undefined ? whole : `${whole} (${part})`;
}

export function nameOfWorkload({ part, ref }: Workload): string {
  return nameOf(ref, part);
}

export function allFindings({ fleetFindings, judged }: Audit): readonly Finding[] {
  return [...fleetFindings, ...judged.flatMap(({ findings }) => findings)];
}

export function countBySeverity(findings: readonly Finding[]): Readonly<Record<Severity, number>> {
  const count = (severity: Severity) =>
    findings.filter((each) => !each.ignored && each.severity === severity).length;
  return { error: count('error'), warning: count('warning'), note: count('note') };
}

/** `1 error, 2 warnings, 0 notes`. */
export function countsInWords(counts: Readonly<Record<Severity, number>>): string {
  const say = (severity: Severity) => `${counts[severity]} ${severity}${counts[severity] === 1 ? '' : 's'}`;
  return [say('error'), say('warning'), say('note')].join(', ');
}

/** What a person types to apply a patch. */
export function commandOf(patch: Patch): string {
  switch (patch.type) {
    case 'create':
      return withInput(`kubectl ${hasName(patch.object) ? 'apply' : 'create'} -f -`, patch.object);
    case 'replace':
      return withInput('kubectl replace --force -f -', patch.object);
    case 'delete':
      return `kubectl delete ${nameAsArguments(patch.target)}`;
    case 'advice':
      return patch.text;
    case 'patch': {
      const how = `--type ${patch.as} --patch-file /dev/stdin`;
      return withInput(`kubectl patch ${nameAsArguments(patch.target)} ${how}`, patch.body);
    }
  }
}

/** What only has a generateName is another object each time. */
function hasName({ metadata }: Readonly<Record<string, unknown>>): boolean {
  return typeof metadata === 'object' && metadata !== null && 'name' in metadata;
}

function nameAsArguments({ apiVersion, kind, name, namespace }: ObjectRef): string {
  const group = apiVersion.includes('/') ? apiVersion.split('/')[0] : undefined;
  const isBuiltIn = group === undefined || !group.includes('.');
  const resource = isBuiltIn ? kind.toLowerCase() : `${kind.toLowerCase()}.${group}`;
  return `${resource} ${name}${namespace === undefined ? '' : ` -n ${namespace}`}`;
}

function withInput(command: string, input: object): string {
  const yaml = stringify(input, { lineWidth: 0, aliasDuplicateObjects: false });
  return `${command} <<'YAML'\n${yaml}YAML`;
}
