import type { DrainReport, PodReport } from './outcome.ts';

/** More names would not be read; the report has them all. */
const MOST_NAMED = 5;

/** Which pods are left, and what holds them: `2 pods left: inference/llm-0 (budget llm), batch/job-1 (stopping)`. */
export function describeOpen({ pods }: DrainReport): string {
  const open = pods.flatMap(describePod);
  const named = open.slice(0, MOST_NAMED).join(', ');
  const more = open.length > MOST_NAMED ? ` and ${open.length - MOST_NAMED} more` : '';
  return `${open.length} ${open.length === 1 ? 'pod' : 'pods'} left${open.length > 0 ? `: ${named}${more}` : ''}`;
}

function describePod({ name, namespace, outcome }: PodReport): string[] {
  const pod = `${namespace}/${name}`;
  switch (outcome.result) {
    case 'blocked':
      return [
        `${pod} (${outcome.budgets.length > 0 ? `budget ${outcome.budgets.join(', ')}` : outcome.reason})`,
      ];
    case 'failed':
      return [`${pod} (${outcome.reason})`];
    case 'still-terminating':
      return [`${pod} (stopping)`];
    case 'deleted':
      return outcome.goneAt ? [] : [`${pod} (stopping)`];
    default:
      return [];
  }
}
