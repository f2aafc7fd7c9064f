import { optsIn } from '../facts/training.ts';
import type { PodTemplate } from '../objects.ts';
import { patchPods } from '../patch/template.ts';
import { perWorkload } from '../rule.ts';

const FIELD = 'metadata.annotations';
const VOLUME = 'podinfo';

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
    const heard = downwardVolumes(spec);
    const mounts = spec.containers.flatMap(({ volumeMounts = [] }) => volumeMounts);
    const ofVolume = mounts.filter(({ name }) => heard.includes(name));
    if (ofVolume.some(({ subPath, subPathExpr }) => !subPath && !subPathExpr)) return undefined;
    const why =
      ofVolume.length > 0 ? 'is mounted by subPath, which is never refreshed' : 'is mounted nowhere';
    return {
      why: `it opted in to save first, but no request reaches it: a downward-API file of ${FIELD} ${why}`,
      patch: patchPods(workload, {
        containers: [
          { name: spec.containers[0]?.name, volumeMounts: [{ name: VOLUME, mountPath: `/etc/${VOLUME}` }] },
        ],
        volumes: [
          { name: VOLUME, downwardAPI: { items: [{ path: 'annotations', fieldRef: { fieldPath: FIELD } }] } },
        ],
      }),
    };
  },
);

function downwardVolumes({ volumes = [] }: PodTemplate['spec']): readonly string[] {
  return volumes
    .filter(({ downwardAPI, projected }) =>
      [downwardAPI, ...(projected?.sources ?? []).map((source) => source.downwardAPI)].some((each) =>
        each?.items?.some(({ fieldRef }) => fieldRef?.fieldPath === FIELD),
      ),
    )
    .map(({ name }) => name);
}
