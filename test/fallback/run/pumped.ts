import { setTimeout as wallSleep } from 'node:timers/promises';
import type { FakeClock } from '../../support/fake-clock.ts';

/** Time goes on while the work waits for it, and only then. */
export async function pumped<T>(clock: FakeClock, work: Promise<T>): Promise<T> {
  let isDone = false;
  const watched = work.finally(() => {
    isDone = true;
  });
  watched.catch(() => undefined);
  for (let turn = 0; !isDone; turn++) {
    await wallSleep(1);
    // Reads are over in the first turns; a drain is waited for longer.
    if (!isDone) await clock.advance(turn < 100 ? 20 : 400);
  }
  return watched;
}
