import type { ClusterPort } from '../../cluster/port.ts';
import { openBudgetBook } from '../../drain/budget-book.ts';
import { cordonInstance, uncordonNode } from '../../drain/cordon.ts';
import type { NodeRef } from '../../drain/drain-run.ts';
import { executePlan } from '../../drain/evict.ts';
import { findNode } from '../../drain/find-node.ts';
import type { FallbackMember } from '../world/pool-world.ts';
import { returnMarker } from '../world/return-marker.ts';
import { countPodsLeft, planReturn, whyStay } from '../world/return-plan.ts';
import type { FallbackDeps } from './deps.ts';

/** The steps of one node on its way back, each safe to repeat: what is done already lies on the node. */
interface ReturnScene {
  readonly deps: FallbackDeps;
  readonly cluster: ClusterPort;
  readonly pool: string;
  /** No step goes on after this. */
  readonly until: Date;
}

/** Marks and cordons a node, then begins to empty it. */
export async function releaseNode(scene: ReturnScene, member: FallbackMember): Promise<void> {
  const { cluster, deps, pool, until } = scene;
  if (!member.node) return;
  const cordon = await cordonInstance(
    { cluster, clock: deps.clock, random: deps.random },
    {
      instanceId: member.instanceId,
      nodeNameHint: member.name,
      reason: 'return-to-spot',
      incidentId: returnMarker(pool, deps.clock.now()),
      deadline: until,
      dryRun: false,
    },
  );
  if (cordon.type === 'cordoned') await emptyNode(scene, cordon.node);
}

/** Evicts as budgets allow until the run's end; the next run goes on. A pod that must not move stops it: nothing is evicted. */
export async function emptyNode({ cluster, deps, until }: ReturnScene, node: NodeRef): Promise<void> {
  const { clock, random } = deps;
  const traffic = deps.traffic(cluster.name);
  const [list, budgets] = await Promise.all([
    cluster.listPodsOnNode(node.name),
    openBudgetBook({ cluster, clock, random, shelf: traffic.shelf }, { until }),
  ]);
  const plan = planReturn(list.pods);
  if (whyStay(plan) || countPodsLeft(plan) === 0 || clock.now() >= until) return;
  const report = await executePlan(
    { cluster, clock, random, traffic },
    {
      node,
      plan,
      resourceVersion: list.resourceVersion,
      budgets,
      holdForSave: neverHeld,
      severity: 'soft',
      giveUpAt: until,
      dryRun: false,
      signal: new AbortController().signal,
    },
    () => undefined,
  );
  deps.log.info('Fallback node drained', { node: node.name, end: report.end, pods: report.pods.length });
}

/** Takes the cordon back. */
export async function restoreNode({ cluster, deps }: ReturnScene, { node }: FallbackMember): Promise<void> {
  if (node) await uncordonNode({ cluster, clock: deps.clock, random: deps.random }, node, false);
}

/** Looked at anew, because the run's own picture is seconds old: only what nothing runs on may be terminated. */
export async function isEmpty(
  { cluster }: ReturnScene,
  { instanceId, node }: FallbackMember,
): Promise<boolean> {
  const now = await findNode(cluster, { instanceId, ...(node && { nodeNameHint: node.name }) });
  if (!now) return true;
  // It has joined after all, or somebody has taken the cordon away: a pod may arrive at any moment.
  if (!node || !now.unschedulable) return false;
  const plan = planReturn((await cluster.listPodsOnNode(now.name)).pods);
  return !whyStay(plan) && countPodsLeft(plan) === 0;
}

/** The plan of a return holds no pod for a save: training stays. */
async function neverHeld(): Promise<never> {
  throw new Error('a return to spot holds no pod for a save');
}

export type { ReturnScene };
