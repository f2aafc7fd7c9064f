/**
 * Dollars in us-east-1, on demand, without the free tier: the list prices that were known for 2025, to be checked against the
 * services' pricing pages. One unit each where nothing else is said.
 */
export const PRICES = {
  of: '2025',
  lambdaGigabyteSecond: 0.0000133334,
  lambdaRequest: 0.2e-6,
  /** Of a kilobyte; ours are smaller. A write under a condition costs the same. */
  tableWrite: 0.625e-6,
  /** Of four kilobytes, eventually consistent reads cost half: counted whole. */
  tableRead: 0.125e-6,
  queueRequest: 0.4e-6,
  busEvent: 1e-6,
  schedule: 1e-6,
  secretCall: 0.05 / 10_000,
  secretMonth: 0.4,
} as const;

/** A month of what AWS gives every account for nothing, without an end: the same source. */
export const FREE = {
  gigabyteSeconds: 400_000,
  invocations: 1_000_000,
  queueRequests: 1_000_000,
  schedules: 14_000_000,
} as const;
