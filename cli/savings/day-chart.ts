/** One bar a day. */
interface DayBar {
  /** `2026-11-25` */
  readonly day: string;
  /** Stacked from below, in the order of `CLASSES`. */
  readonly parts: readonly number[];
  /** Written above the bar, where it is not 0. */
  readonly mark: number;
}

const CLASSES = ['demand', 'spot', 'rest'];
const LEFT = 44;
const TOP = 18;
const WIDTH = 420;
const HEIGHT = 170;

/** Stacked bars; narrow enough to be read on a phone without scrolling. */
export function drawDays(bars: readonly DayBar[], unit: string): string {
  const totals = bars.map(({ parts }) => parts.reduce((sum, part) => sum + part, 0));
  const top = niceTop(Math.max(...totals, 0));
  const step = WIDTH / Math.max(1, bars.length);
  const every = Math.ceil(bars.length / 8);
  const drawn = bars.map((bar, index) => {
    const x = LEFT + index * step;
    const label = index % every === 0 ? drawLabel(bar.day, x + step / 2) : '';
    const mark = bar.mark > 0 ? drawMark(bar.mark, x + step / 2, y(totals[index] ?? 0, top)) : '';
    return `${drawBar(bar, x, step, top)}${mark}${label}`;
  });
  return `<svg viewBox="0 0 ${LEFT + WIDTH + 4} ${TOP + HEIGHT + 22}" role="img">
${drawAxis(top, unit)}${drawn.join('\n')}</svg>`;
}

function drawBar({ day, parts }: DayBar, x: number, step: number, top: number): string {
  let below = 0;
  const rects = parts.map((part, index) => {
    const height = round((part / top) * HEIGHT);
    below += part;
    return `<rect class="${CLASSES[index]}" x="${round(x + step * 0.1)}" y="${y(below, top)}" width="${round(step * 0.8)}" height="${height}"><title>${day}</title></rect>`;
  });
  return rects.join('');
}

function drawLabel(day: string, x: number): string {
  return `<text x="${round(x)}" y="${TOP + HEIGHT + 15}" text-anchor="middle">${day.slice(5)}</text>`;
}

function drawMark(count: number, x: number, at: number): string {
  return `<text x="${round(x)}" y="${at - 4}" text-anchor="middle">${count}</text>`;
}

function drawAxis(top: number, unit: string): string {
  return [0, 0.5, 1]
    .map((part) => {
      const at = y(part * top, top);
      const text = `${unit}${(part * top).toLocaleString('en')}`;
      return `<path class="tick" d="M${LEFT} ${at}h${WIDTH}"/><text x="${LEFT - 5}" y="${at + 4}" text-anchor="end">${text}</text>`;
    })
    .join('');
}

function y(value: number, top: number): number {
  return round(TOP + HEIGHT - (value / top) * HEIGHT);
}

/** A round number, of which the half is round too. */
function niceTop(most: number): number {
  if (most <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(most));
  return ([1, 2, 4, 6, 10].find((factor) => most <= factor * power) ?? 10) * power;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
