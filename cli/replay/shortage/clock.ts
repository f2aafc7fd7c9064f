import { type Clock, systemClock } from '../../../functions/clock.ts';

/** A clock whose speed may change on the way: who sleeps through the change wakes at the time that it asked for. */
export interface PacedClock extends Clock {
  /** Times as fast as the wall, from now on. */
  pace(speed: number): void;
}

/** A sleep looks at the time again this often, in milliseconds of the wall. */
const LOOK_MS = 20;

export function pacedClock(startedAt: Date, firstSpeed: number): PacedClock {
  let speed = firstSpeed;
  let time = startedAt.getTime();
  let wall = performance.now();
  const now = () => {
    const reached = performance.now();
    time += (reached - wall) * speed;
    wall = reached;
    return new Date(time);
  };
  return {
    now,
    pace: (next) => {
      now();
      speed = next;
    },
    sleep: async (ms, signal) => {
      const until = now().getTime() + ms;
      do {
        const left = Math.max(0, until - now().getTime());
        await systemClock.sleep(Math.min(LOOK_MS, left / speed), signal);
      } while (now().getTime() < until);
    },
  };
}
