import type { Clock } from '../../clock.ts';
import type { PassReport } from './pass.ts';

/** How late a pool's first tags are seen where there is no other pool. */
const REST_MS = 5 * 60_000;
/** A schedule's minute may come a little early. */
const EARLY_MS = 10_000;

/** Whether the minute's look can be spared: most accounts have no pool, and pay for looking all the same. */
export interface Rest {
  /** For the schedule only: a nudge is about something that has happened. */
  readonly isOn: () => boolean;
  /** What a look over everything found. */
  readonly after: (report: PassReport) => void;
}

/** Of one process and Region; another process looks at once. */
export function openRest(clock: Clock): Rest {
  let until = 0;
  return {
    isOn: () => clock.now().getTime() < until,
    after: ({ broken, pools, unread }) => {
      const isNothing = pools + broken + unread === 0;
      until = isNothing ? clock.now().getTime() + REST_MS - EARLY_MS : 0;
    },
  };
}
