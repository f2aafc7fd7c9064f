import { optsIn } from '../facts/training.ts';
import { requestFileOf, withRequestFile } from '../patch/request-file.ts';
import { patchPods } from '../patch/template.ts';
import { perWorkload } from '../rule.ts';

export const unheardRequest = perWorkload(
  {
    id: 'unheard-request',
    severity: 'error',
    verdict: 'change',
    title: 'training that opted in and cannot hear the request',
    explanation:
      'The request to save is an annotation on the pod, which the job reads from a downward-API file of metadata.annotations. ' +
      'Without that volume, or mounted by subPath, which is never refreshed, the job does not hear it and is evicted 20 s ' +
      'after the notice without having saved. The patch adds volume and mount at /etc/podinfo.',
  },
  (workload) => {
    if (!optsIn(workload)) return undefined;
    const { spec } = workload.template;
    const file = requestFileOf(spec);
    if (file === 'heard') return undefined;
    const why =
      file === 'never-refreshed' ? 'is mounted by subPath, which is never refreshed' : 'is mounted nowhere';
    return {
      why: `it opted in to save first, but no request reaches it: a downward-API file of metadata.annotations ${why}`,
      patch: patchPods(workload, withRequestFile(spec)),
    };
  },
);
