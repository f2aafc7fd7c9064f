import type { ClusterNode } from '../cluster/objects.ts';
import type { Place } from '../leader/leader.ts';
import { drainEndsAt, type NodeResult, type Scene } from './scene.ts';

const ALONE: Place = { type: 'here', leave: () => undefined };

/**
 * Where the node is drained. Only what is hard and under a lease can be handed over: a storm is made of those, and
 * each ends within its notice.
 */
export async function chooseDrainer(scene: Scene): Promise<Place> {
  const { cluster, deps, drainOffered, interruption, lease, offered, options, response } = scene;
  const isLong = drainEndsAt(scene) > scene.handOverAt;
  if (offered || !lease || !response.drain || options.dryRun || interruption.severity === 'soft' || isLong)
    return ALONE;
  return deps.leader.enter(cluster.name, drainOffered);
}

/** Offers the cordoned node to the run that leads; `undefined` when that did not take it. */
export async function handOver(
  { cluster, interruption, lease }: Scene,
  place: Place,
  node: ClusterNode,
): Promise<Omit<NodeResult, 'requests'> | undefined> {
  if (place.type === 'here' || !lease) return undefined;
  const { name: nodeName, uid: nodeUid } = node;
  const answer = await place.offer({ clusterName: cluster.name, nodeName, nodeUid, interruption, lease });
  if (answer === 'declined') return undefined;
  const reason = `handed to the run that drains the nodes of ${cluster.name}`;
  return { outcome: { type: 'joined', reason }, nodeName };
}
