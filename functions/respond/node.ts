import type { Budget, PodList } from '../cluster/port.ts';
import { cordonInstance, uncordonNode } from '../drain/cordon.ts';
import { executePlan } from '../drain/evict.ts';
import { findNode } from '../drain/find-node.ts';
import type { DrainEnd, DrainPlan, PodReport } from '../drain/outcome.ts';
import { planDrain } from '../drain/plan.ts';
import type { Lease } from '../incidents/incident.ts';
import type { LocatedInstance } from '../locate/located.ts';
import type { Chapter } from './chapter.ts';
import { connectInTime } from './connect.ts';
import type { Response } from './policy.ts';
import type { Outcome, TrainingPod } from './report.ts';
import { openSavesOf, saveAndStay } from './save-training.ts';
import { giveUpAt, type NodeResult, type Scene } from './scene.ts';
import { tellAndSave } from './tell.ts';

/** Everything that touches the cluster for one interruption: undo, or cordon, plan and act. */
export async function actOnNode(
  chapter: Chapter,
  instance: LocatedInstance,
  response: Response,
  lease: Lease | undefined,
  signal: AbortSignal,
): Promise<NodeResult> {
  const incidentId = lease?.incidentId ?? 'dry-run';
  if (!response.cordon && !response.undo)
    return tellAndSave({ ...chapter, instance, response, signal, incidentId });
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
    incidentId,
  });
  return { ...result, requests: cluster.requestCounts() };
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
  const { cluster, deps, instance, note, options, response } = scene;
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
    const training = response.checkpoint === 'none' ? [] : await saveOnNode(scene, node.name);
    return { outcome, nodeName: node.name, ...(training.length > 0 && { training }) };
  }
  const early = hinted && node.name === hint && !isEmptyPlan(planOf(scene, hinted)) ? hinted : undefined;
  const pods = early ?? (await cluster.listPodsOnNode(node.name));
  return actOnPlan(scene, node.name, pods, budgets);
}

async function saveOnNode(scene: Scene, nodeName: string): Promise<readonly TrainingPod[]> {
  const { pods } = await scene.cluster.listPodsOnNode(nodeName);
  return saveAndStay(scene, nodeName, pods);
}

/** Drains, with training held until it has saved; on a rebalance training saves beside the drain, and stays. */
async function actOnPlan(
  scene: Scene,
  nodeName: string,
  { pods, resourceVersion }: PodList,
  budgets: readonly Budget[],
): Promise<Omit<NodeResult, 'requests'>> {
  const { cluster, deps, interruption, note, options } = scene;
  const plan = planOf(scene, { pods, resourceVersion });
  note({ type: 'planned', at: deps.clock.now(), text: countDecisions(plan), plan });
  const over = new AbortController();
  const draining = executePlan(
    { cluster, clock: deps.clock, random: deps.random, slots: deps.slots(cluster.name) },
    {
      nodeName,
      plan,
      resourceVersion,
      budgets,
      holdForSave: openSavesOf(scene, nodeName, AbortSignal.any([scene.signal, over.signal])),
      severity: interruption.severity,
      ...(interruption.deadline && { deadline: interruption.deadline }),
      giveUpAt: giveUpAt(interruption, deps.clock.now()),
      dryRun: options.dryRun,
      signal: scene.signal,
    },
    note,
  ).finally(() => over.abort());
  const staying = plan.decisions.flatMap((each) => (each.reason === 'training-stays' ? [each.pod] : []));
  const [drain, stayed] = await Promise.all([draining, saveAndStay(scene, nodeName, staying)]);
  const training = [...drain.pods.filter(isTrainingPod), ...stayed];
  return {
    outcome: outcomeOf(drain.end),
    drain,
    nodeName,
    ...(training.length > 0 && { training }),
  };
}

function isTrainingPod(pod: PodReport): pod is PodReport & TrainingPod {
  return pod.checkpoint !== undefined;
}

function planOf({ interruption, response }: Scene, { pods }: PodList): DrainPlan {
  return planDrain(pods, { severity: interruption.severity, checkpoint: response.checkpoint });
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

function outcomeOf(end: DrainEnd): Outcome {
  return end === 'interrupted'
    ? { type: end, reason: 'the lease was lost or the process was stopped' }
    : { type: end };
}

function countDecisions({ decisions }: DrainPlan): string {
  const count = (action: string) => decisions.filter((each) => each.action === action).length;
  const saving = count('save-first');
  return [
    `${count('evict')} to evict`,
    ...(saving > 0 ? [`${saving} to save first`] : []),
    `${count('await')} already terminating`,
    `${count('skip')} to skip`,
  ].join(', ');
}
