import { secondsBetween } from '../../clock.ts';
import type { KarpenterView, NodeClaim } from '../../cluster/karpenter-port.ts';
import type { ClusterNode } from '../../cluster/objects.ts';
import { POOL_KEY } from '../../locate/owner.ts';
import type { InstanceId } from '../../signals/interruption.ts';
import type { PoolDefinition } from '../define/pool-definition.ts';
import { classifyFailure } from '../failure.ts';
import type { Failure, Gpus, SpotSide } from '../pool.ts';
import type { ClusterView } from './cluster-view.ts';
import { sortMembers } from './members.ts';
import type { PoolWorld } from './pool-world.ts';

/**
 * The spot side of a pool that Karpenter fills: its nodes as the cluster shows them, what it has asked for and has no node
 * yet, and what AWS denied it; pure. Karpenter has no size that it is meant to have: what pods ask for is all.
 */
export function readKarpenterSide(world: PoolWorld): SpotSide {
  const { definition, view } = world;
  const karpenter = view.karpenter?.type === 'read' ? view.karpenter.view : NO_KARPENTER;
  const claims = karpenter.claims.filter(({ labels }) => labels[POOL_KEY] === definition.name);
  const leaving = new Map(
    claims.flatMap(({ deletionTimestamp: since, providerId }) =>
      since ? [[providerId, since] as const] : [],
    ),
  );
  const members = karpenterNodes(definition, view).map(([instanceId, node]) => {
    const leavesSince = leaving.get(node.providerId);
    const gpus = definition.countsGpus ? node.gpus : 1;
    return { instanceId, node, gpus, ...(leavesSince && { leavesSince }) };
  });
  const { doomed, launching, readyGpus } = sortMembers(members, world);
  const failure = newestFailure(world, claims, karpenter);
  const launchedAt = newest(claims.flatMap(({ launch }) => (launch.type === 'launched' ? launch : [])))?.at;
  return {
    desiredGpus: 0,
    gpusPerNode: 1,
    readyGpus,
    doomed,
    launching: [...launching, ...claimsOnTheirWay(world, claims)],
    ...(failure && { lastFailure: failure }),
    ...(launchedAt && { lastLaunchAt: launchedAt }),
  };
}

/** Nodes that Karpenter keeps in the pool, whatever it pays for them. Where groups provide the spot nodes, none. */
export function karpenterNodes(
  { name, spot }: PoolDefinition,
  { nodes }: ClusterView,
): readonly (readonly [InstanceId, ClusterNode])[] {
  if (spot.length > 0) return [];
  return [...nodes].filter(([, { labels }]) => labels[POOL_KEY] === name && NODE_POOL_KEY in labels);
}

const NO_KARPENTER: KarpenterView = { nodePools: [], claims: [], denials: [] };
const NODE_POOL_KEY = 'karpenter.sh/nodepool';

/** EC2 answers a launch within seconds. A claim that has had no answer for so long is not waited for. */
const ANSWER_SECONDS = 90;

/** Claims without a node yet: launched, or asked for just now. */
function claimsOnTheirWay({ definition, now, view }: PoolWorld, claims: readonly NodeClaim[]): Gpus[] {
  const joined = new Set([...view.nodes.values()].map(({ providerId }) => providerId));
  return claims
    .filter(({ deletionTimestamp, providerId }) => !deletionTimestamp && !joined.has(providerId))
    .flatMap(({ createdAt, gpus: counted, launch }) => {
      const gpus = definition.countsGpus ? counted : 1;
      if (launch.type === 'launched') return [{ gpus, since: launch.at }];
      const isNew = launch.type === 'asked' && secondsBetween(createdAt, now) < ANSWER_SECONDS;
      return isNew ? [{ gpus, since: createdAt }] : [];
    });
}

/** A claim that was denied is gone: only its name tells whose it was. */
function newestFailure(
  { definition, region }: PoolWorld,
  claims: readonly NodeClaim[],
  { denials, nodePools }: KarpenterView,
): Failure | undefined {
  const ours = nodePools.filter(({ labels }) => labels[POOL_KEY] === definition.name);
  const denied = denials
    .filter(({ claim }) => ours.some(({ name }) => isClaimOf(name, claim)))
    .map(
      ({ at, message }): Failure => ({ kind: 'CAPACITY', at, remedy: `${WAIT}: ${message.slice(0, 300)}` }),
    );
  const failed = claims.flatMap(({ launch }): Failure[] => {
    if (launch.type !== 'failed') return [];
    const { kind, remedy } = classifyFailure(launch.message, { buys: 'spot', region, instanceTypes: [] });
    return [{ kind, at: launch.at, remedy }];
  });
  return newest([...denied, ...failed]);
}

const WAIT = 'Wait, or allow more instance types or zones in the NodePool';

/** Kubernetes makes a name of a prefix, which it cuts to 58 characters, and five more. */
function isClaimOf(nodePool: string, claim: string): boolean {
  return claim.slice(0, -5) === `${nodePool}-`.slice(0, 58);
}

function newest<T extends { readonly at: Date }>(all: readonly T[]): T | undefined {
  return all.toSorted((a, b) => b.at.getTime() - a.at.getTime())[0];
}
