import { isRunningService } from '../facts/replicas.ts';
import { patchPods } from '../patch/template.ts';
import { perWorkload } from '../rule.ts';

const KEYS = ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'];

export const noSpread = perWorkload(
  {
    id: 'no-spread',
    severity: 'warning',
    verdict: 'change',
    title: 'replicas that nothing spreads over zones or nodes',
    explanation:
      'Spot runs out zone by zone and type by type. Replicas that share a node or a zone go together. The patch asks for an ' +
      'even spread over zones and nodes; as a wish, because a replica in the wrong zone is better than none.',
  },
  (workload) => {
    const { affinity, topologySpreadConstraints = [] } = workload.template.spec;
    const matchLabels = workload.selector?.matchLabels ?? workload.template.metadata?.labels;
    if (!isRunningService(workload) || !matchLabels) return undefined;
    if (
      affinity?.podAntiAffinity ||
      topologySpreadConstraints.some(({ topologyKey }) => KEYS.includes(topologyKey))
    )
      return undefined;
    const constraints = KEYS.map((topologyKey) => ({
      topologyKey,
      maxSkew: 1,
      whenUnsatisfiable: 'ScheduleAnyway',
      nodeTaintsPolicy: 'Honor',
      labelSelector: { matchLabels },
    }));
    return {
      why: 'nothing spreads its replicas: one zone or node that goes may take all of them',
      patch: patchPods(workload, { topologySpreadConstraints: constraints }),
    };
  },
);
