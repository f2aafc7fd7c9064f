import { ConfigurationError } from '../../functions/errors.ts';
import { DRILL_TAG } from '../../infra/drill-tag.ts';

/** What AWS finds by the tag. */
export const MARKED = { Name: `tag:${DRILL_TAG.key}`, Values: [DRILL_TAG.value] };

/** What is drilled. While it carries the tag, an experiment may reach it. */
export interface DrillTarget {
  readonly kind: 'interruption' | 'capacity';
  /** Instance id, or name of the group. */
  readonly id: string;
  /** What will happen, for the person who is asked. */
  readonly warning: string;
  /** Of a group: where it launches. */
  readonly zones?: readonly string[];
  /** What else carries the tag: an experiment could reach it instead, or too. */
  othersMarked(): Promise<readonly string[]>;
  mark(): Promise<void>;
  unmark(): Promise<void>;
  /** The command that does the same. */
  readonly unmarkBy: string;
}

/** @throws ConfigurationError when the experiment, which goes by the tag, could reach something else; AwsCallError. */
export async function checkAlone({ id, kind, othersMarked }: DrillTarget): Promise<void> {
  const [other] = await othersMarked();
  if (other === undefined) return;
  const flag = kind === 'interruption' ? '--instance' : '--group';
  throw refused(
    flag,
    id,
    `${other} carries the tag ${DRILL_TAG.key} too, so that the experiment could reach it`,
    'wait for the other drill to end, or take the tag away where none is under way',
  );
}

/** @throws ConfigurationError when the group may launch where the experiment, which is as wide as `covered`, refuses nothing. */
export function checkZones({ id, zones = [] }: DrillTarget, covered: readonly string[]): void {
  const others = zones.filter((zone) => !covered.includes(zone));
  if (others.length === 0) return;
  throw refused(
    '--group',
    id,
    `it also launches in ${others.join(', ')}, which the stack's experiment leaves alone: CloudFormation knows zones with a default subnet only`,
    `make one in each (aws ec2 create-default-subnet --availability-zone ${others[0]}) and deploy again, or drill another group`,
  );
}

export function refused(flag: string, value: string, problem: string, remedy: string): ConfigurationError {
  return new ConfigurationError(`${flag} ${value}: ${problem}; ${remedy}.`);
}
