import type { Lease } from '../incidents/incident.ts';
import type { Place } from '../leader/leader.ts';
import type { Offer } from '../leader/offer.ts';
import type { RespondDeps, RespondOptions } from './deps.ts';
import { respondToInterruption } from './interruption.ts';
import type { Scene } from './scene.ts';

const ALONE: Place = { type: 'here', leave: () => undefined };

/**
 * Where the node is drained. Only what is hard and under a lease can be handed over: a storm is made of those, and
 * each ends within its notice.
 */
export async function chooseDrainer(scene: Scene): Promise<Place> {
  const { cluster, deps, interruption, lease, offered, options, response } = scene;
  if (offered || !lease || !response.drain || options.dryRun || interruption.severity === 'soft') return ALONE;
  return deps.leader.enter(cluster.name, (offer) => drainOffered(offer, deps.root, options));
}

export function offerOf({ cluster, interruption }: Scene, lease: Lease, nodeName: string): Offer {
  return { clusterName: cluster.name, nodeName, interruption, lease };
}

function drainOffered(offer: Offer, deps: RespondDeps, options: RespondOptions) {
  return respondToInterruption(offer.interruption, deps, options, offer);
}
