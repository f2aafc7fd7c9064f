import type { TableAccess } from './call.ts';

const MOST_ROUNDS = 6;
const FIRST_PAUSE_MS = 50;

/**
 * A throttled table answers a batch in part: what is left is sent again. False when some of it is left after
 * several rounds.
 */
export async function untilProcessed<Batch extends object>(
  { clock, random }: Pick<TableAccess, 'clock' | 'random'>,
  whole: Batch,
  send: (batch: Batch) => Promise<Batch | undefined>,
): Promise<boolean> {
  let rest: Batch | undefined = whole;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    rest = await send(rest);
    if (!rest || Object.keys(rest).length === 0) return true;
    await clock.sleep(FIRST_PAUSE_MS * 2 ** round * (0.5 + random() / 2));
  }
  return false;
}
