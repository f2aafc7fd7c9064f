/** Doubles from 250 ms up to 4 s, with half to one and a half of that as jitter; `random` is in [0, 1). */
export function backoffMs(attempt: number, random: () => number): number {
  return Math.min(4_000, 250 * 2 ** attempt) * (0.5 + random());
}
