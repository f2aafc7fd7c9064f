import type { ClusterPort, PodList } from '../cluster/port.ts';
import { cordonInstance, uncordonNode } from '../drain/cordon.ts';
import { executePlan } from '../drain/evict.ts';
import { findNode } from '../drain/find-node.ts';
import type { DrainEnd, DrainPlan } from '../drain/outcome.ts';
import { planDrain } from '../drain/plan.ts';
import { ClusterError } from '../errors.ts';
import type { Lease } from '../incidents/incident.ts';
import type { LocatedInstance } from '../locate/located.ts';
import type { Interruption } from '../signals/interruption.ts';
import type { Chapter } from './chapter.ts';
import type { Response } from './policy.ts';
import type { InterruptionReport, Outcome } from './report.ts';

export type NodeResult = Pick<InterruptionReport, 'outcome' | 'drain' | 'nodeName' | 'requests'>;

/** A drain with no deadline stops trying here, inside Lambda's 15 minutes. */
const LONGEST_DRAIN_MS = 13 * 60_000;
/** An instance that is already shutting down has no more than a spot notice's time left. */
const ALREADY_GOING_MS = 120_000;
/** An unreachable API server is tried again after this long, while the deadline allows. */
const RETRY_MS = 1_500;

/** Everything that touches the cluster for one interruption: undo, or cordon, plan and act. */
export async function actOnNode(
  chapter: Chapter,
  instance: LocatedInstance,
  response: Response,
  lease: Lease | undefined,
  signal: AbortSignal,
): Promise<NodeResult> {
  if (!response.cordon && !response.undo)
    return { outcome: { type: 'told', reason: response.reason }, requests: {} };
  const late = lateness(chapter);
  if (late) return { outcome: late, requests: {} };
  const cluster = await connectInTime(chapter, instance, signal);
  const act = response.undo ? undoCordon : cordonAndDrain;
  const result = await act({
    ...chapter,
    cluster,
    instance,
    response,
    signal,
    incidentId: lease?.incidentId ?? 'dry-run',
  });
  return { ...result, requests: cluster.requestCounts() };
}

interface Scene extends Chapter {
  readonly cluster: ClusterPort;
  readonly instance: LocatedInstance;
  readonly response: Response;
  readonly signal: AbortSignal;
  readonly incidentId: string;
}

/** An event older than its deadline is recorded, not acted on as if it were fresh: the name may be reused. */
function lateness({ interruption, deps }: Chapter): Outcome | undefined {
  const { deadline } = interruption;
  if (!deadline || deadline > deps.clock.now() || interruption.action === 'hibernate') return undefined;
  return {
    type: 'too-late',
    reason: `the deadline ${deadline.toISOString()} had passed when the event arrived`,
  };
}

/** Lambda's own retry waits a minute; inside a two-minute notice the only useful retry is this one. */
async function connectInTime(
  { deps, interruption, note }: Chapter,
  instance: LocatedInstance,
  signal: AbortSignal,
) {
  const until = giveUpAt(interruption, deps.clock.now());
  for (;;) {
    try {
      return await deps.connect(instance.clusterName);
    } catch (error) {
      const now = deps.clock.now();
      const retryable = error instanceof ClusterError && error.fault === 'unreachable';
      if (!retryable || now.getTime() + RETRY_MS > until.getTime()) throw error;
      note({ type: 'retrying', at: now, text: error.message });
      await deps.clock.sleep(RETRY_MS * (0.5 + deps.random()), signal);
    }
  }
}

async function undoCordon({
  cluster,
  instance,
  deps,
  options,
  note,
}: Scene): Promise<Omit<NodeResult, 'requests'>> {
  const node = await findNode(cluster, instance);
  if (!node)
    return { outcome: { type: 'node-gone', reason: `no node of ${instance.instanceId} in ${cluster.name}` } };
  await uncordonNode({ cluster, clock: deps.clock, random: deps.random }, node, options.dryRun);
  note({ type: 'uncordoned', at: deps.clock.now(), text: node.name });
  return { outcome: options.dryRun ? { type: 'planned' } : { type: 'uncordoned' }, nodeName: node.name };
}

/**
 * The shortest path: the cordon patch and the two lists leave together, evictions follow. A pod bound between
 * list and cordon shows up on the drain's watch, which starts at the list's resourceVersion.
 */
async function cordonAndDrain(scene: Scene): Promise<Omit<NodeResult, 'requests'>> {
  const { cluster, deps, instance, interruption, note, options, response } = scene;
  const hint = instance.nodeNameHint;
  const [cordon, hinted, budgets] = await Promise.all([
    cordonScene(scene),
    response.drain && hint ? cluster.listPodsOnNode(hint) : undefined,
    response.drain ? cluster.listBudgets() : [],
  ]);
  if (cordon.type === 'node-gone') {
    return {
      outcome: { type: 'node-gone', reason: `no node of ${instance.instanceId} in cluster ${cluster.name}` },
    };
  }
  const { node } = cordon;
  deps.log.with({ node: node.name }).info('Node cordoned', { already: cordon.already });
  note({
    type: 'cordoned',
    at: deps.clock.now(),
    text: cordon.already ? `${node.name}, cordoned before` : node.name,
    node,
  });
  if (!response.drain) {
    const outcome: Outcome = options.dryRun
      ? { type: 'planned' }
      : { type: 'cordoned', reason: response.reason };
    return { outcome, nodeName: node.name };
  }
  const early = hinted && node.name === hint && !isEmptyPlan(planOf(scene, hinted)) ? hinted : undefined;
  const pods = early ?? (await cluster.listPodsOnNode(node.name));
  const plan = planOf(scene, pods);
  note({ type: 'planned', at: deps.clock.now(), text: countDecisions(plan), plan });
  const drain = await executePlan(
    { cluster, clock: deps.clock, random: deps.random, slots: deps.slots(cluster.name) },
    {
      nodeName: node.name,
      plan,
      resourceVersion: pods.resourceVersion,
      budgets,
      severity: interruption.severity,
      ...(interruption.deadline && { deadline: interruption.deadline }),
      giveUpAt: giveUpAt(interruption, deps.clock.now()),
      dryRun: options.dryRun,
      signal: scene.signal,
    },
    note,
  );
  return { outcome: outcomeOf(drain.end), drain, nodeName: node.name };
}

function planOf({ interruption }: Scene, { pods }: PodList): DrainPlan {
  return planDrain(pods, { severity: interruption.severity });
}

/**
 * A plan with nothing to move needs no watch, so nobody would see a pod that was bound while the cordon was under
 * way: such a node is listed once more, now that no pod can follow.
 */
function isEmptyPlan({ decisions }: DrainPlan): boolean {
  return decisions.every(({ action }) => action === 'skip');
}

function cordonScene({ cluster, deps, incidentId, instance, interruption, options, signal }: Scene) {
  return cordonInstance(
    { cluster, clock: deps.clock, random: deps.random },
    {
      instanceId: interruption.instanceId,
      ...(instance.nodeNameHint && { nodeNameHint: instance.nodeNameHint }),
      ...(instance.zone && { providerIdHint: `aws:///${instance.zone}/${instance.instanceId}` }),
      reason: interruption.kind,
      incidentId,
      ...(interruption.deadline && { deadline: interruption.deadline }),
      dryRun: options.dryRun,
      signal,
    },
  );
}

function giveUpAt({ deadline, kind, noticedAt }: Interruption, now: Date): Date {
  const longest = now.getTime() + LONGEST_DRAIN_MS;
  if (deadline) return new Date(Math.min(deadline.getTime(), longest));
  return new Date(kind === 'instance-state-change' ? noticedAt.getTime() + ALREADY_GOING_MS : longest);
}

function outcomeOf(end: DrainEnd): Outcome {
  return end === 'interrupted'
    ? { type: end, reason: 'the lease was lost or the process was stopped' }
    : { type: end };
}

function countDecisions({ decisions }: DrainPlan): string {
  const count = (action: string) => decisions.filter((each) => each.action === action).length;
  return `${count('evict')} to evict, ${count('await')} already terminating, ${count('skip')} to skip`;
}
