import { gangOf } from '../../checkpoint/gang.ts';
import { secondsBetween } from '../../clock.ts';
import type { Pod } from '../../cluster/objects.ts';
import type { PendingPod, PodDemand, SpotSide } from '../pool.ts';
import { karpenterNodes } from './karpenter-side.ts';
import { isPlaceholder } from './placeholders.ts';
import type { PoolWorld } from './pool-world.ts';
import { planReturn } from './return-plan.ts';

/** An autoscaler needs this long to answer a pod; sooner, we would buy on demand what spot is about to bring. */
const AUTOSCALERS_TURN_SECONDS = 90;
/** After a failed spot launch this recent, there is nothing to wait for. */
const FRESH_FAILURE_SECONDS = 10 * 60;

/** What the pool's pods ask for, bound and waiting. */
export function readPodDemand(world: PoolWorld, spot: SpotSide): PodDemand {
  const { definition, now, view, waiting } = world;
  const failure = spot.lastFailure;
  const failsNow = failure !== undefined && secondsBetween(failure.at, now) < FRESH_FAILURE_SECONDS;
  const due = waiting.filter(
    (pod) => failsNow || (pod.waiting && secondsBetween(pod.waiting.since, now) >= AUTOSCALERS_TURN_SECONDS),
  );
  const nodes = [...definition.spot, ...definition.fallbacks]
    .flatMap(({ group }) => group.members)
    .flatMap(({ instanceId }) => view.nodes.get(instanceId) ?? [])
    .concat(karpenterNodes(definition, view).map(([, node]) => node));
  const onNodes = nodes.map((node) =>
    (view.pods?.get(node.name) ?? []).filter((pod) => isAtWork(pod) && !isPlaceholder(pod)),
  );
  if (definition.countsGpus)
    return {
      boundGpus: onNodes.flat().reduce((sum, { gpus }) => sum + gpus, 0),
      pending: due.map(toPending),
    };
  // Without GPUs nobody knows how many pods a node holds: nodes in use, and one more while pods wait.
  return {
    boundGpus: onNodes.filter((pods) => planReturn(pods).decisions.some(({ action }) => action !== 'skip'))
      .length,
    pending: due.length > 0 ? [{ gpus: 1 }] : [],
  };
}

function isAtWork({ phase }: Pod): boolean {
  return phase !== 'Succeeded' && phase !== 'Failed';
}

function toPending(pod: Pod): PendingPod {
  const gang = gangOf(pod);
  return { gpus: pod.gpus, ...(gang.isOwned && { gang: gang.key }) };
}
