import { graceOf, NOTICE_SECONDS, preStopSeconds } from '../facts/shutdown.ts';
import { withShorterHook } from '../patch/shorter-hook.ts';
import { patchPods } from '../patch/template.ts';
import { perWorkload } from '../rule.ts';

/** After the hook, for requests that have begun. */
const RESERVE_SECONDS = 30;

export const prestopBeyondGrace = perWorkload(
  {
    id: 'prestop-beyond-grace',
    severity: 'error',
    verdict: 'change',
    title: 'a preStop hook that uses up the grace',
    explanation:
      'The grace runs while the hook does. If the hook sleeps as long as the grace, SIGTERM and SIGKILL come two seconds apart, ' +
      'and what was being answered is lost. The patch makes the grace longer than the hook, or where the notice has no ' +
      'room for that, shortens the hook.',
  },
  (workload) => {
    const { spec } = workload.template;
    const grace = graceOf(spec);
    const slow = spec.containers.find((container) => preStopSeconds(container) >= grace);
    if (!slow) return undefined;
    const seconds = preStopSeconds(slow);
    const needed = Math.ceil(seconds) + RESERVE_SECONDS;
    return {
      why: `the preStop hook of container ${slow.name} waits ${seconds} s of a grace of ${grace} s: the program is killed before it can end`,
      patch:
        needed <= NOTICE_SECONDS
          ? patchPods(workload, { terminationGracePeriodSeconds: needed })
          : patchPods(workload, {
              terminationGracePeriodSeconds: NOTICE_SECONDS,
              containers: [withShorterHook(slow)],
            }),
    };
  },
);
