/**
 * What the schedules start, by the word that they send along, as a letter of a run that failed is to name it. No run needs the
 * word: the next one does what this one left.
 */
export const SCHEDULED_RUNS = {
  index: 'index of nodes',
  fallback: 'on-demand fallback',
  prices: 'prices of the hour',
} as const;

export type ScheduledRun = keyof typeof SCHEDULED_RUNS;

export function isScheduledRun(word: unknown): word is ScheduledRun {
  return typeof word === 'string' && word in SCHEDULED_RUNS;
}
