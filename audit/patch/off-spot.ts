import type { Workload } from '../fleet.ts';
import type { Change } from '../rule.ts';
import { patchPods } from './template.ts';

/** Keeps the pods off spot nodes, by every label that names them. A node without such a label is no spot node. */
export function keepOffSpot(workload: Workload): Change {
  const matchExpressions = [
    { key: 'capacity-type', operator: 'NotIn', values: ['spot'] },
    { key: 'eks.amazonaws.com/capacityType', operator: 'NotIn', values: ['SPOT'] },
    { key: 'karpenter.sh/capacity-type', operator: 'NotIn', values: ['spot'] },
  ];
  const { affinity, nodeSelector = {} } = workload.template.spec;
  const terms = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  const keys = new Set(matchExpressions.map(({ key }) => key));
  const kept = (terms ?? [{}]).map(({ matchExpressions: others = [] }) => ({
    matchExpressions: [...others.filter(({ key }) => !keys.has(key)), ...matchExpressions],
  }));
  const dropped = Object.keys(nodeSelector).filter((key) => keys.has(key));
  return patchPods(workload, {
    ...(dropped.length > 0 && { nodeSelector: Object.fromEntries(dropped.map((key) => [key, null])) }),
    affinity: {
      nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: kept } },
    },
  });
}
