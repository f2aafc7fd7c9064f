import { hang } from './wrap.ts';

/** What the drains cost the API server; what they write for `kubectl describe`, beside them, is counted apart. */
export function describeRequests(requests: Readonly<Record<string, number>>, width: number): string {
  const counts = Object.entries(requests).toSorted(([, one], [, other]) => other - one);
  const drains = counts.filter((each) => !isEvent(each));
  const events = sum(counts.filter(isEvent));
  const beside = events > 0 ? `, and ${events} for Kubernetes Events` : '';
  const parts = drains.map(([what, count]) => `${count} ${what}`.replaceAll(' ', TOGETHER)).join(', ');
  if (drains.length === 0) return `API server requests: none${beside}`;
  const list = hang(parts, 2, width).replaceAll(TOGETHER, ' ');
  return `API server requests: ${sum(drains)}${beside}\n  ${list}`;
}

/** Keeps a count and what it counts on one line. */
const TOGETHER = '\u00a0';

type Count = readonly [what: string, count: number];

function isEvent([what]: Count): boolean {
  return what.endsWith(' events');
}

function sum(counts: readonly Count[]): number {
  return counts.reduce((total, [, count]) => total + count, 0);
}
