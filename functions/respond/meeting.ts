/** Of the clock, where drains that outlast their invocation meet. */
const EVERY_MS = 10 * 60_000;
/** A run that has less time before it does not end sooner for a meeting. */
const SHORTEST_MS = 4 * 60_000;

/**
 * When a run leaves a drain that outlasts its invocation: at the last ten minutes of the clock before it must. All such runs
 * so leave at the same moments, their successors come out of the queue together, and a few invocations go on with any
 * number of drains, whenever each began: an account that runs ten functions at once keeps some for interruptions.
 *
 * @param latest when it must
 */
export function meetingBefore(latest: Date, now: Date): Date {
  const meeting = Math.floor(latest.getTime() / EVERY_MS) * EVERY_MS;
  return meeting - now.getTime() < SHORTEST_MS ? latest : new Date(meeting);
}
