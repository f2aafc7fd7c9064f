import type { Pod, PodList } from '../cluster/objects.ts';
import { addEarlier, readAccount } from '../drain/account.ts';
import type { NodeRef } from '../drain/drain-run.ts';
import { executePlan } from '../drain/evict.ts';
import { describeOpen } from '../drain/open-pods.ts';
import type { DrainPlan, DrainReport, PodReport } from '../drain/outcome.ts';
import { planDrain } from '../drain/plan.ts';
import { isCutShort, leaveWatch } from './go-on.ts';
import type { Look } from './look.ts';
import { meetingBefore } from './meeting.ts';
import type { Outcome, TrainingPod } from './report.ts';
import { openSavesOf, saveAndStay } from './save-training.ts';
import { giveUpAt, INTERRUPTED, type NodeResult, type Scene } from './scene.ts';

/** Drains, with training held until it has saved; on a rebalance training saves beside the drain, and stays. */
export async function drainNode(
  given: Scene,
  node: NodeRef,
  { budgets, list }: Look,
): Promise<Omit<NodeResult, 'requests'>> {
  const { cluster, deps, interruption, note, options } = given;
  const plan = planOf(given, list.pods);
  note({ type: 'planned', at: deps.clock.now(), text: countDecisions(plan), plan });
  const listedAt = deps.clock.now();
  // What needs longer than an invocation has the time that this takes.
  const watched = await leaveWatch(given);
  const scene = watched ? leavingTogether(given) : given;
  const over = new AbortController();
  const signal = AbortSignal.any([scene.signal, over.signal]);
  const draining = executePlan(
    { cluster, clock: deps.clock, random: deps.random, traffic: deps.traffic(cluster.name) },
    {
      node,
      plan,
      resourceVersion: list.resourceVersion,
      budgets,
      holdForSave: openSavesOf({ ...scene, signal }, node.name),
      severity: interruption.severity,
      ...(interruption.deadline && { deadline: interruption.deadline }),
      giveUpAt: giveUpAt(scene),
      dryRun: options.dryRun,
      signal: scene.signal,
    },
    note,
  );
  const staying = plan.decisions.flatMap((each) => (each.reason === 'training-stays' ? [each.pod] : []));
  const saving = saveAndStay({ ...scene, signal }, node.name, staying);
  const [seen, stayed] = await Promise.all([draining, saving]).finally(() => over.abort());
  const drain = addEarlier(seen, readAccount(scene.earlier.account), listedAt);
  const goesOn = watched && isCutShort(scene, drain);
  const training = [...drain.pods.filter(isTrainingPod), ...stayed];
  return {
    outcome: goesOn ? { type: 'continued', reason: describeOpen(drain) } : outcomeOf(drain),
    drain,
    nodeName: node.name,
    ...(training.length > 0 && { training }),
  };
}

/** Leaves when others do, where a successor goes on: without one, every minute of the invocation is the drain's. */
function leavingTogether(scene: Scene): Scene {
  return { ...scene, handOverAt: meetingBefore(scene.handOverAt, scene.deps.clock.now()) };
}

/**
 * A node with nothing to move needs no watch, so nobody would see a pod that was bound while the cordon was under
 * way: such a node is listed once more, now that no pod can follow.
 */
export function hasNothingToMove(scene: Scene, { pods }: PodList): boolean {
  return planOf(scene, pods).decisions.every(({ action }) => action === 'skip');
}

function planOf({ interruption, response }: Scene, pods: readonly Pod[]): DrainPlan {
  return planDrain(pods, { severity: interruption.severity, checkpoint: response.checkpoint });
}

function isTrainingPod(pod: PodReport): pod is PodReport & TrainingPod {
  return pod.checkpoint !== undefined;
}

function outcomeOf(drain: DrainReport): Outcome {
  switch (drain.end) {
    case 'interrupted':
      return INTERRUPTED;
    case 'blocked':
    case 'still-terminating':
      return { type: drain.end, reason: describeOpen(drain) };
    case 'emptied':
    case 'planned':
      return { type: drain.end };
  }
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
