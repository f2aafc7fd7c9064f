import { graceOf } from '../facts/shutdown.ts';
import { patchPods } from '../patch/template.ts';
import { perWorkload } from '../rule.ts';

const LEAST_SECONDS = 60;

export const shortSave = perWorkload(
  {
    id: 'short-save',
    severity: 'warning',
    verdict: 'change',
    title: 'training with less than a minute to stop',
    explanation:
      'Kubernetes gives a pod 30 s between SIGTERM and SIGKILL unless it asks for more. A checkpoint of some gigabytes takes longer, and ' +
      'half of one is worth nothing. The patch asks for 120 s, the whole notice.',
  },
  (workload) => {
    const grace = graceOf(workload.template.spec);
    if (workload.runs !== 'training' || grace >= LEAST_SECONDS) return undefined;
    const whose =
      workload.template.spec.terminationGracePeriodSeconds === undefined ? ", Kubernetes' default" : '';
    return {
      why: `its pods are killed ${grace} s after SIGTERM${whose}: too soon for most checkpoints`,
      patch: patchPods(workload, { terminationGracePeriodSeconds: 120 }),
    };
  },
);
