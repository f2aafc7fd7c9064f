import { graceOf, NOTICE_SECONDS, preStopSeconds } from '../facts/shutdown.ts';
import { withShorterHook } from '../patch/shorter-hook.ts';
import { patchPods } from '../patch/template.ts';
import { perWorkload } from '../rule.ts';

export const graceBeyondNotice = perWorkload(
  {
    id: 'grace-beyond-notice',
    severity: 'warning',
    verdict: 'change',
    title: 'a termination grace longer than the notice',
    explanation:
      'EC2 takes the instance two minutes after the warning. A program that plans with more time is cut off in the middle of ' +
      'its shutdown. The patch sets the grace to 120 s, the whole notice, and shortens a hook that waits longer; what needs longer belongs on demand, or must save first.',
  },
  (workload) => {
    const grace = graceOf(workload.template.spec);
    if (grace <= NOTICE_SECONDS) return undefined;
    const slow = workload.template.spec.containers.filter((each) => preStopSeconds(each) >= NOTICE_SECONDS);
    return {
      why: `its pods expect ${grace} s to stop, and a spot node is gone after ${NOTICE_SECONDS}`,
      patch: patchPods(workload, {
        terminationGracePeriodSeconds: NOTICE_SECONDS,
        ...(slow.length > 0 && { containers: slow.map(withShorterHook) }),
      }),
    };
  },
);
