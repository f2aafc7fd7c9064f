import type { Group } from '../groups/port.ts';

/** Our tags on an Auto Scaling group or EKS node group. `docs/fallback.md` describes each for users. */
export const TAG = {
  role: 'spot-responder/role',
  priority: 'spot-responder/priority',
  maxNodes: 'spot-responder/max-nodes',
  dollarsPerNodeHour: 'spot-responder/dollars-per-node-hour',
  maxDollarsPerHour: 'spot-responder/max-dollars-per-hour',
  stepNodes: 'spot-responder/step-nodes',
  bootMinutes: 'spot-responder/boot-minutes',
  holdMinutes: 'spot-responder/hold-minutes',
  wantedNodes: 'spot-responder/wanted-nodes',
  gpusPerNode: 'spot-responder/gpus-per-node',
  launch: 'spot-responder/launch',
  placeholders: 'spot-responder/placeholders',
} as const;

/** Reads tags and notes what is wrong with them, so that people get all problems at once. */
export interface TagReader {
  readonly problems: readonly string[];
  note(problem: string): void;
  /** Of one group; `undefined` when the tag is absent or wrong. */
  number(group: Group, tag: string, bounds: Bounds): number | undefined;
  /** Of the whole pool: on one group or the same on several. */
  poolNumber(groups: readonly Group[], tag: string, bounds: Bounds): number | undefined;
}

interface Bounds {
  readonly least: number;
  readonly most: number;
  readonly whole: boolean;
}

export const WHOLE: Bounds = { least: 0, most: 10_000, whole: true };
export const DOLLARS: Bounds = { least: 0, most: 1_000_000, whole: false };

export function openTags(): TagReader {
  const problems: string[] = [];
  const number = (group: Group, tag: string, { least, most, whole }: Bounds) => {
    const text = group.tags[tag];
    if (text === undefined) return undefined;
    const value = Number(text);
    const fits = text.trim() !== '' && value >= least && value <= most && (!whole || Number.isInteger(value));
    if (fits) return value;
    const wanted = `a ${whole ? 'whole number' : 'number'} from ${least} to ${most}`;
    problems.push(`tag ${tag} of group ${group.name} is "${text}"; it must be ${wanted}`);
    return undefined;
  };
  return {
    problems,
    note: (problem) => void problems.push(problem),
    number,
    poolNumber: (groups, tag, bounds) => {
      const found = groups.flatMap((group) => number(group, tag, bounds) ?? []);
      const different = [...new Set(found)];
      if (different.length > 1)
        problems.push(
          `tag ${tag} has different values on the groups of the pool (${different.join(', ')}); make them equal`,
        );
      return different[0];
    },
  };
}
