import type { Pod } from '../../cluster/objects.ts';
import type { ClusterPort } from '../../cluster/port.ts';
import { ClusterError } from '../../errors.ts';
import type { PoolDefinition } from '../define/pool-definition.ts';
import type { Placeholders } from '../pool.ts';
import { isReady, isStaying } from './members.ts';
import type { PlaceholderScale, PoolWorld } from './pool-world.ts';

/** On the pods of the Deployment: they are no demand, they only stand for it. */
const PLACEHOLDER_LABEL = 'spot-responder/placeholder';

/** Of the pools that have placeholders, by pool. A Deployment that is not there, or not ours to scale, stops no pool. */
export async function readScales(
  cluster: Pick<ClusterPort, 'getScale'>,
  pools: readonly PoolDefinition[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, PlaceholderScale>> {
  const scales = pools.map(async ({ key, placeholders }) =>
    placeholders ? ([[key, await readScale(cluster, placeholders, signal)]] as const) : [],
  );
  return new Map((await Promise.all(scales)).flat());
}

export function isPlaceholder({ labels }: Pick<Pod, 'labels'>): boolean {
  return PLACEHOLDER_LABEL in labels;
}

/** What the pool's placeholders do, beside the pods that they stand for. */
export function readPlaceholders(world: PoolWorld): Placeholders | undefined {
  const { definition, scale, view, waiting } = world;
  if (scale?.type !== 'read') return undefined;
  const gpusPerNode = Math.min(...definition.spot.map((each) => each.gpusPerNode));
  const pods = definition.spot
    .flatMap(({ group }) => group.members.filter(isStaying))
    .flatMap(({ instanceId }) => view.nodes.get(instanceId) ?? [])
    .filter((node) => isReady(node, true))
    .map((node) => (view.pods?.get(node.name) ?? []).filter(isAtWork));
  const waitingGpus = waiting.reduce((sum, { gpus }) => sum + gpus, 0);
  const used = pods.filter((onNode) => onNode.some((pod) => pod.gpus > 0 && !isPlaceholder(pod)));
  return {
    replicas: scale.replicas,
    running: pods.flat().filter(isPlaceholder).length,
    nodesInUse: used.length + Math.ceil(waitingGpus / gpusPerNode),
  };
}

async function readScale(
  cluster: Pick<ClusterPort, 'getScale'>,
  deployment: { readonly namespace: string; readonly name: string },
  signal: AbortSignal,
): Promise<PlaceholderScale> {
  const { name, namespace } = deployment;
  try {
    const replicas = await cluster.getScale(deployment, signal);
    if (replicas !== undefined) return { type: 'read', replicas };
    const reason = `the cluster has no Deployment ${namespace}/${name}; apply one like examples/manifests/placeholders.yaml`;
    return { type: 'missing', reason };
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    return { type: 'missing', reason: error.message };
  }
}

function isAtWork({ deletionTimestamp, phase }: Pod): boolean {
  return deletionTimestamp === undefined && phase !== 'Succeeded' && phase !== 'Failed';
}
