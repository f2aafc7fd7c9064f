import type { Point } from './compare.ts';

/**
 * Availability over cost, one dot for each policy. The fixed holds are joined by a line; the shaded corner is what this
 * project aims at: the availability of a thirty-minute hold for at most 1.04 times the all-knowing cost.
 */
export function drawFrontier(all: readonly Point[]): string {
  const points = all.filter((point) => !isFar(point));
  const costs = extent(points.map((point) => point.relativeCost));
  const ups = extent(points.map((point) => point.availability));
  const x = (cost: number) => round(LEFT + ((cost - costs.min) / costs.span) * WIDTH);
  const y = (up: number) => round(TOP + (1 - (up - ups.min) / ups.span) * HEIGHT);
  const at = (point: Point) => ({ x: x(point.relativeCost), y: y(point.availability), point });
  const placed = points.map(at);
  const holds = placed.filter(({ point }) => /^hold \d+ min$/.test(point.policy));
  return `<svg viewBox="0 0 ${LEFT + WIDTH + RIGHT} ${TOP + HEIGHT + 56}" role="img">
${drawAim(points, x, y)}${drawAxes(costs, ups, x, y)}
<polyline class="holds" points="${holds.map((hold) => `${hold.x},${hold.y}`).join(' ')}"/>
${placed.map(drawDot).join('\n')}
${placeLabels(placed).join('\n')}
${all.filter(isFar).map(drawFar).join('\n')}</svg>`;
}

/** On one scale with it, the others would be one dot. */
function isFar({ policy }: Point): boolean {
  return policy === 'spot only';
}

/** Where no policy is: nobody pays more to have less. */
function drawFar({ availability, policy, relativeCost }: Point): string {
  const figures = `${availability.toFixed(3)} at ${relativeCost.toFixed(3)}`;
  return `<text x="${LEFT + WIDTH}" y="${TOP + HEIGHT - 12}" text-anchor="end">↙ ${policy}: ${figures}, beyond the lower left corner</text>`;
}

const LEFT = 60;
const TOP = 24;
const WIDTH = 720;
const HEIGHT = 400;
const RIGHT = 180;

interface Placed {
  readonly x: number;
  readonly y: number;
  readonly point: Point;
}

type Scale = (value: number) => number;

function drawAim(points: readonly Point[], x: Scale, y: Scale): string {
  const best = points.find(({ policy }) => policy === 'all-knowing');
  const hold = points.find(({ policy }) => policy === 'hold 30 min');
  if (!best || !hold) return '';
  const right = x(1.04 * best.relativeCost);
  const bottom = y(hold.availability);
  return `<path class="aim" d="M${LEFT} ${TOP - 8}H${right}V${bottom}H${LEFT}Z"/>
<text x="${right + 6}" y="${TOP - 10}" class="faint">shaded: hold 30 min's availability, 1.04 × all-knowing's cost</text>`;
}

function drawAxes(costs: Extent, ups: Extent, x: Scale, y: Scale): string {
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((part) => {
    const cost = costs.min + part * costs.span;
    const up = ups.min + part * ups.span;
    return `<text x="${x(cost)}" y="${TOP + HEIGHT + 26}" text-anchor="middle">${cost.toFixed(3)}</text>
<text x="${LEFT - 10}" y="${y(up) + 4}" text-anchor="end">${up.toFixed(3)}</text><path class="tick" d="M${LEFT} ${y(up)}h${WIDTH}"/>`;
  });
  return `${ticks.join('\n')}
<text x="${LEFT + WIDTH / 2}" y="${TOP + HEIGHT + 46}" text-anchor="middle">cost, over that of all nodes on demand</text>
<text x="4" y="12">availability</text>`;
}

function drawDot({ x, y, point }: Placed): string {
  const mine = point.policy.startsWith('spot-responder');
  return `<circle cx="${x}" cy="${y}" r="${point.policy === 'spot-responder' ? 7 : 5}" class="${mine ? 'demand' : 'spot'}"/>`;
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

const LINE = 14;
const CHARACTER = 6.8;

/** Beside the dot, or the nearest free place above or below, then with a thin line to it. */
function placeLabels(placed: readonly Placed[]): string[] {
  const taken: Box[] = placed.map(({ x, y }) => ({ x: x - 6, y, width: 12 }));
  return placed.map(({ x, y, point }) => {
    const width = point.policy.length * CHARACTER;
    const candidates = [0, -1, 1, -2, 2, -3, 3, -4, 4].flatMap((line) => [
      { x: x + 11, y: y + line * LINE, width },
      { x: x - 11 - width, y: y + line * LINE, width },
    ]);
    const isFree = (each: Box) => each.x >= LEFT && !taken.some((other) => overlap(each, other));
    const box = candidates.find(isFree) ?? { x, y, width };
    taken.push(box);
    const end = box.x > x ? box.x - 2 : box.x + width + 2;
    const leader = box.y === y ? '' : `<path class="tick" d="M${x} ${y}L${round(end)} ${box.y}"/>`;
    const bold = point.policy === 'spot-responder' ? ' class="mine"' : '';
    return `${leader}<text x="${round(box.x)}" y="${box.y + 4}"${bold}>${point.policy}</text>`;
  });
}

function overlap(one: Box, other: Box): boolean {
  const apart = one.x + one.width < other.x || other.x + other.width < one.x;
  return !apart && Math.abs(one.y - other.y) < LINE;
}

interface Extent {
  readonly min: number;
  readonly span: number;
}

function extent(values: readonly number[]): Extent {
  const min = Math.min(...values);
  return { min, span: Math.max(...values) - min || 1 };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
