import type { Spread } from './figures.ts';
import type { Trial } from './trial.ts';

const COLUMNS = [
  'contestant',
  'requests + Events/node',
  'cordoned',
  'first sent',
  'first accepted',
  'last accepted',
  'empty',
  'given up (pods)',
  'moved twice',
  'CPU s',
  'MB',
];

/** One block a series; seconds from the interruption as median/latest node, and our ratio to each peer. */
export function layOutTrials(trials: readonly Trial[]): string {
  const series = Map.groupBy(trials, describeSeries);
  return [...series].map(([title, group]) => `${title}\n${layOutSeries(group)}`).join('\n\n');
}

function describeSeries({ blockedPod, latencyMs, maxUnavailable, nodes }: Trial): string {
  const budgets = maxUnavailable === null ? 'no budgets' : `budgets that allow ${maxUnavailable}`;
  const extra = [
    ...(blockedPod ? ['one pod whose budget never allows'] : []),
    ...(latencyMs > 0 ? [`${latencyMs} ms added to each request`] : []),
  ];
  return [`${nodes} node${nodes === 1 ? '' : 's'} at once`, budgets, ...extra].join(', ');
}

function layOutSeries(trials: readonly Trial[]): string {
  const [ours] = trials;
  const rows = trials.map((trial) => [...cellsOf(trial), ratioTo(ours, trial)]);
  return pad([[...COLUMNS, 'requests, last accepted: ours is'], ...rows]);
}

function cellsOf({ contestant, cost, figures }: Trial): string[] {
  const { cordoned, empty, eventsPerNode, firstAccepted, firstSent, lastAccepted } = figures;
  const events = eventsPerNode > 0 ? ` + ${eventsPerNode.toFixed(1)}` : '';
  return [
    contestant,
    figures.requestsPerNode.toFixed(1) + events,
    ...[cordoned, firstSent, firstAccepted, lastAccepted, empty].map(showSpread),
    `${figures.givenUp} (${figures.podsLeft})`,
    String(figures.movedTwice),
    cost.cpuSeconds.toFixed(1),
    cost.peakMegabytes.toFixed(0),
  ];
}

function showSpread({ max, median, missing }: Spread): string {
  const show = (seconds: number) => (Number.isFinite(seconds) ? seconds.toFixed(2) : 'never');
  return `${show(median)}/${show(max)}${missing > 0 ? ` (${missing} never)` : ''}`;
}

function ratioTo(ours: Trial | undefined, peer: Trial): string {
  if (!ours || peer === ours) return '';
  const ratio = (mine: number, theirs: number) =>
    Number.isFinite(mine / theirs) ? `×${(mine / theirs).toFixed(2)}` : '–';
  return [
    ratio(ours.figures.requestsPerNode, peer.figures.requestsPerNode),
    ratio(ours.figures.lastAccepted.max, peer.figures.lastAccepted.max),
  ].join(', ');
}

function pad(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
