import type { TableAccess } from './call.ts';

/** In a row, in which nothing was processed. */
const MOST_IDLE_ROUNDS = 6;
const FIRST_PAUSE_MS = 50;

/**
 * A batch is answered in part where the table is throttled or the answer grows too large: what is left is sent again, as long as it
 * grows smaller. False when some of it is left after several rounds that took nothing.
 */
export async function untilProcessed<Batch extends object>(
  { clock, random }: Pick<TableAccess, 'clock' | 'random'>,
  whole: Batch,
  send: (batch: Batch) => Promise<Batch | undefined>,
): Promise<boolean> {
  let batch = whole;
  let idleRounds = 0;
  for (;;) {
    const rest = await send(batch);
    if (!rest || Object.keys(rest).length === 0) return true;
    idleRounds = JSON.stringify(rest).length < JSON.stringify(batch).length ? 0 : idleRounds + 1;
    if (idleRounds >= MOST_IDLE_ROUNDS) return false;
    await clock.sleep(FIRST_PAUSE_MS * 2 ** idleRounds * (0.5 + random() / 2));
    batch = rest;
  }
}
