import type { Point } from './compare.ts';
import type { Replay } from './replay.ts';

/** Spot and on-demand nodes stacked over time, the wanted number as a line. */
export function drawTimeline(wanted: number, replay: Replay): string {
  const minutes = replay.spotByMinute.length;
  const buckets = Math.min(TIMELINE.width, minutes);
  const spot: number[] = [];
  const both: number[] = [];
  for (let bucket = 0; bucket < buckets; bucket++) {
    const from = Math.floor((bucket * minutes) / buckets);
    const to = Math.max(from + 1, Math.floor(((bucket + 1) * minutes) / buckets));
    const spotMean = mean(replay.spotByMinute.subarray(from, to));
    spot.push(spotMean);
    both.push(spotMean + mean(replay.fallbackByMinute.subarray(from, to)));
  }
  const top = Math.max(wanted, ...both);
  const y = (nodes: number) => round(TIMELINE.height - (nodes / top) * TIMELINE.height);
  const days = round(minutes / 1440);
  return `<svg viewBox="0 0 ${TIMELINE.width} ${TIMELINE.height + 16}" role="img">
<path class="demand" d="${area(both, y)}"/><path class="spot" d="${area(spot, y)}"/>
<path class="wanted" d="M0 ${y(wanted)}H${TIMELINE.width}"/><text x="0" y="${TIMELINE.height + 13}">0</text>
<text x="${TIMELINE.width}" y="${TIMELINE.height + 13}" text-anchor="end">${days} days</text></svg>`;
}

/** Availability over cost, one dot per policy, labels moved apart. */
export function drawFrontier(points: readonly Point[]): string {
  const costs = extent(points.map((point) => point.relativeCost));
  const ups = extent(points.map((point) => point.availability));
  const x = (cost: number) => round(60 + ((cost - costs.min) / costs.span) * 740);
  const y = (up: number) => round(20 + (1 - (up - ups.min) / ups.span) * 320);
  const placed: { x: number; y: number }[] = [];
  const dots = points.map((point) => {
    const at = { x: x(point.relativeCost), y: y(point.availability) };
    const label = placeLabel(at, placed);
    return `<circle cx="${at.x}" cy="${at.y}" r="5" class="${point.policy === 'spot-responder' ? 'demand' : 'spot'}"/>
<text x="${label.x + 9}" y="${label.y + 4}">${point.policy}</text>`;
  });
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((part) => {
    const cost = costs.min + part * costs.span;
    const up = ups.min + part * ups.span;
    return `<text x="${x(cost)}" y="375" text-anchor="middle">${cost.toFixed(3)}</text>
<text x="50" y="${y(up) + 4}" text-anchor="end">${up.toFixed(3)}</text>
<path d="M60 ${y(up)}H800" stroke="#dde2ea" fill="none"/>`;
  });
  return `<svg viewBox="0 0 ${TIMELINE.width} 400" role="img">${ticks.join('\n')}${dots.join('\n')}
<text x="430" y="394" text-anchor="middle">cost</text><text x="4" y="12">availability</text></svg>`;
}

const TIMELINE = { width: 960, height: 90 };

/** The dot's own height, or the nearest line below that no label takes. */
function placeLabel(
  at: { x: number; y: number },
  placed: { x: number; y: number }[],
): { x: number; y: number } {
  let y = at.y;
  while (placed.some((other) => Math.abs(other.x - at.x) < 110 && Math.abs(other.y - y) < 14)) y += 4;
  placed.push({ x: at.x, y });
  return { x: at.x, y };
}

function area(values: readonly number[], y: (nodes: number) => number): string {
  const steps = values.map((value, i) => `V${y(value)}H${round(((i + 1) * TIMELINE.width) / values.length)}`);
  return `M0 ${y(0)}${steps.join('')}V${y(0)}Z`;
}

function extent(values: readonly number[]): { min: number; span: number } {
  const min = Math.min(...values);
  return { min, span: Math.max(...values) - min || 1 };
}

function mean(values: Uint16Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
