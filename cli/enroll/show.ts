import type { Change, Step } from './step.ts';

/** One line a step. */
export function showStep({ change, detail, kind, name }: Step, dryRun: boolean): string {
  const word = (dryRun && WOULD[change]) || change;
  return `  ${SIGNS[change]} ${word.padEnd(dryRun ? 13 : 9)}  ${kind} ${name}${detail ? ` (${detail})` : ''}`;
}

const SIGNS: Readonly<Record<Change, string>> = {
  created: '+',
  updated: '~',
  unchanged: '=',
  removed: '-',
  left: '·',
};

const WOULD: Readonly<Partial<Record<Change, string>>> = {
  created: 'would create',
  updated: 'would update',
  removed: 'would remove',
};

interface EnrollEnd {
  readonly cluster: string;
  readonly dryRun: boolean;
  readonly remove: boolean;
  readonly stackRegion: string;
}

/** How it ended, and what comes next. */
export function showEnd(steps: readonly Step[], { cluster, dryRun, remove, stackRegion }: EnrollEnd): string {
  const count = steps.filter(({ change }) => change !== 'unchanged' && change !== 'left').length;
  if (dryRun) return `Dry run: ${count} of ${steps.length} would change; nothing was changed.`;
  if (remove)
    return count === 0 ? `${cluster}: nothing of enroll's was there.` : `${cluster} is enrolled no more.`;
  if (count === 0) return `${cluster} was enrolled already; nothing changed.`;
  return `${cluster} is enrolled. Its nodes are in the index within two minutes; spot-responder doctor --cluster ${cluster} --region ${stackRegion} looks.`;
}
