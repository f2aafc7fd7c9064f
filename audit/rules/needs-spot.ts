import { isRunningService } from '../facts/replicas.ts';
import { isCapacityLabel } from '../facts/spot.ts';
import type { PodTemplate } from '../objects.ts';
import { patchPods } from '../patch/template.ts';
import { perWorkload } from '../rule.ts';

export const needsSpot = perWorkload(
  {
    id: 'needs-spot',
    severity: 'warning',
    verdict: 'change',
    title: 'a service that takes spot nodes only',
    explanation:
      'While spot is short, its pods wait though on-demand nodes of the fallback stand ready: a required node affinity or a ' +
      'node selector keeps them away. The patch makes the requirement a preference.',
  },
  (workload) => {
    if (!isRunningService(workload) || workload.spot !== 'only') return undefined;
    const { nodeSelector, required } = withoutCapacity(workload.template.spec);
    const preference = { matchExpressions: [{ key: 'capacity-type', operator: 'In', values: ['spot'] }] };
    return {
      why: 'it takes spot nodes only: while spot is short its pods wait, and the on-demand fallback cannot help',
      patch: patchPods(workload, {
        nodeSelector,
        affinity: {
          nodeAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: required,
            preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, preference }],
          },
        },
      }),
    };
  },
);

/** What is left of selector and affinity; null takes away. */
function withoutCapacity({ affinity, nodeSelector = {} }: PodTemplate['spec']) {
  const selected = Object.keys(nodeSelector).filter(isCapacityLabel);
  const terms =
    affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const left = terms
    .map(({ matchExpressions = [] }) => matchExpressions.filter(({ key }) => !isCapacityLabel(key)))
    .filter((expressions) => expressions.length > 0)
    .map((matchExpressions) => ({ matchExpressions }));
  return {
    nodeSelector: Object.fromEntries(selected.map((key) => [key, null])),
    required: left.length > 0 ? { nodeSelectorTerms: left } : null,
  };
}
