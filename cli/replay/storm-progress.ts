import { styleText } from 'node:util';
import { secondsBetween } from '../../functions/clock.ts';
import type { DrainPlan } from '../../functions/drain/outcome.ts';
import type { Moment } from '../../functions/respond/report.ts';

const LINE_EVERY_SECONDS = 1;

/** More pods to move from a node than a fleet of ours has, for the width of a column. */
const MOST_PODS = 9;

/** Prints how far a storm is, all nodes together, at most one line a second of its own time and one at the end. */
export function printStorm(out: NodeJS.WriteStream, noticedAt: Date, nodes: number) {
  const counts = { cordoned: 0, planned: 0, accepted: 0, gone: 0, closed: 0 };
  let printedAt = Number.NEGATIVE_INFINITY;
  return (_instanceId: string, moment: Moment): void => {
    if (moment.type === 'planned') counts.planned += toMove(moment.plan);
    else if (moment.type in counts) counts[moment.type as keyof typeof counts]++;
    else return;
    const seconds = secondsBetween(noticedAt, moment.at);
    const isEnd = moment.type === 'closed' && counts.closed === nodes;
    if (!isEnd && seconds - printedAt < LINE_EVERY_SECONDS) return;
    printedAt = seconds;
    out.write(`${lineOf(seconds)}\n`);
  };

  function lineOf(seconds: number): string {
    const { accepted, closed, cordoned, gone, planned } = counts;
    const parts = [
      `T+${seconds.toFixed(1)}s`.padStart(9),
      styleText('cyan', `cordoned ${share(cordoned, nodes, nodes)}`, { stream: out }),
      `evicted ${share(accepted, planned, nodes * MOST_PODS)}`,
      `gone ${share(gone, planned, nodes * MOST_PODS)}`,
      styleText('green', `done ${share(closed, nodes, nodes)}`, { stream: out }),
    ];
    return parts.join('  ');
  }
}

function toMove({ decisions }: DrainPlan): number {
  return decisions.filter(({ action }) => action === 'evict' || action === 'save-first').length;
}

/** As wide at the start, when few are known, as at the end. */
function share(some: number, all: number, most: number): string {
  return `${some}/${all}`.padStart(2 * String(most).length + 1);
}
