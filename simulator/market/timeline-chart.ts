import type { Replay } from './replay.ts';

/** Spot and on-demand nodes stacked over time, the wanted number as a line. `top` nodes fill the height. */
export function drawTimeline(wanted: number, top: number, replay: Replay): string {
  const minutes = replay.spotByMinute.length;
  const buckets = Math.min(PLOT.width, minutes);
  const spot: number[] = [];
  const both: number[] = [];
  for (let bucket = 0; bucket < buckets; bucket++) {
    const from = Math.floor((bucket * minutes) / buckets);
    const to = Math.max(from + 1, Math.floor(((bucket + 1) * minutes) / buckets));
    const spotMean = mean(replay.spotByMinute.subarray(from, to));
    spot.push(spotMean);
    both.push(spotMean + mean(replay.fallbackByMinute.subarray(from, to)));
  }
  const y = (nodes: number) => round(PLOT.height - (Math.min(nodes, top) / top) * PLOT.height);
  return `<svg viewBox="0 0 ${LEFT + PLOT.width} ${PLOT.height + 20}" role="img"><g transform="translate(${LEFT} 0)">
<path class="demand" d="${area(both, y)}"/><path class="spot" d="${area(spot, y)}"/>
<path class="wanted" d="M0 ${y(wanted)}H${PLOT.width}"/>
<text x="-6" y="${y(wanted) + 4}" text-anchor="end">${wanted}</text><text x="-6" y="${PLOT.height}" text-anchor="end">0</text>
${drawDays(minutes)}</g></svg>`;
}

/** The most nodes that any of the replays had in a minute, so that all plots have one scale. */
export function mostNodes(replays: readonly Replay[]): number {
  return replays.reduce(
    (most, { spotByMinute, fallbackByMinute }) =>
      spotByMinute.reduce(
        (highest, spot, minute) => Math.max(highest, spot + (fallbackByMinute[minute] ?? 0)),
        most,
      ),
    1,
  );
}

const LEFT = 30;
const PLOT = { width: 930, height: 110 };
const MINUTES_A_DAY = 1440;

function drawDays(minutes: number): string {
  const days = Math.floor(minutes / MINUTES_A_DAY);
  const every = Math.max(1, Math.ceil(days / 20));
  const ticks: string[] = [];
  for (let day = 0; day <= days; day += every) {
    const x = round((day * MINUTES_A_DAY * PLOT.width) / minutes);
    const text = day === 0 ? 'day 0' : String(day);
    ticks.push(
      `<path class="tick" d="M${x} ${PLOT.height}v3"/><text x="${x}" y="${PLOT.height + 14}">${text}</text>`,
    );
  }
  return ticks.join('');
}

function area(values: readonly number[], y: (nodes: number) => number): string {
  const steps = values.map((value, i) => `V${y(value)}H${round(((i + 1) * PLOT.width) / values.length)}`);
  return `M0 ${y(0)}${steps.join('')}V${y(0)}Z`;
}

function mean(values: Uint16Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
