import { insist } from '../cluster/insist.ts';
import { cordonInstance, uncordonNode } from '../drain/cordon.ts';
import { findNode } from '../drain/find-node.ts';
import type { Lease } from '../incidents/incident.ts';
import type { Place } from '../leader/leader.ts';
import type { Offer } from '../leader/offer.ts';
import type { LocatedInstance } from '../locate/located.ts';
import type { Chapter } from './chapter.ts';
import { connectInTime, insistently } from './connect.ts';
import { drainNode, hasNothingToMove } from './drain-node.ts';
import { chooseDrainer, handOver } from './lead.ts';
import { listPods, look, lookAhead } from './look.ts';
import type { Response } from './policy.ts';
import type { Outcome, TrainingPod } from './report.ts';
import { saveAndStay } from './save-training.ts';
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
  const incidentId = chapter.incident?.incidentId ?? 'dry-run';
  if (!response.cordon && !response.undo)
    return tellAndSave({ ...chapter, instance, response, signal, incidentId });
  // What is over is what an undoing is about.
  const late = response.undo ? undefined : lateness(chapter);
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
    ...(lease && { lease }),
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

async function undoCordon(scene: Scene): Promise<Omit<NodeResult, 'requests'>> {
  const { cluster, deps, instance, note, options } = scene;
  const node = await insist(deps, insistently(scene, scene.signal), (signal) =>
    findNode(cluster, instance, signal),
  );
  if (!node)
    return { outcome: { type: 'node-gone', reason: `no node of ${instance.instanceId} in ${cluster.name}` } };
  const undone = await uncordonNode(
    { cluster, clock: deps.clock, random: deps.random },
    node,
    options.dryRun,
  );
  if (undone !== 'uncordoned')
    return { outcome: nothingUndone(scene, node.name, undone), nodeName: node.name };
  note({ type: 'uncordoned', at: deps.clock.now(), text: node.name, cluster: cluster.name, node });
  return { outcome: options.dryRun ? { type: 'planned' } : { type: 'uncordoned' }, nodeName: node.name };
}

function nothingUndone(
  { cluster, response }: Scene,
  node: string,
  why: Exclude<Awaited<ReturnType<typeof uncordonNode>>, 'uncordoned'>,
): Outcome {
  switch (why) {
    case 'gone':
      return { type: 'node-gone', reason: `node ${node} of ${cluster.name} was replaced meanwhile` };
    case 'not-ours':
      return { type: 'told', reason: `${response.reason}; node ${node} has no cordon of ours` };
  }
}

/** As a run of its own; or as the one that leads, with a node that another run has cordoned. */
async function cordonAndDrain(opened: Scene): Promise<Omit<NodeResult, 'requests'>> {
  const over = new AbortController();
  const scene = { ...opened, signal: AbortSignal.any([opened.signal, over.signal]) };
  const { offered } = scene;
  const drainer = chooseDrainer(scene);
  try {
    if (offered) return await drainOffered(scene, offered);
    return await cordonThenDrain(scene, drainer);
  } finally {
    // Nothing that was begun on the way goes on behind the outcome.
    over.abort();
    const place = await drainer;
    if (place.type === 'here') place.leave();
  }
}

async function drainOffered(
  scene: Scene,
  { nodeName: name, nodeUid: uid }: Offer,
): Promise<Omit<NodeResult, 'requests'>> {
  return drainNode(scene, { name, uid }, await look(scene, name));
}

/**
 * The shortest path: the cordon patch and the two lists leave together, evictions follow. A pod bound between
 * list and cordon shows up on the drain's watch, which starts at the list's resourceVersion.
 */
async function cordonThenDrain(scene: Scene, drainer: Promise<Place>): Promise<Omit<NodeResult, 'requests'>> {
  const { cluster, deps, instance, note, options, response } = scene;
  const looking = drainer.then((where) => lookAhead(scene, where));
  looking.catch(() => undefined);
  const [place, cordon] = await Promise.all([drainer, cordonScene(scene)]);
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
    cluster: cluster.name,
    node,
  });
  if (!response.drain) {
    const outcome: Outcome = options.dryRun
      ? { type: 'planned' }
      : { type: 'cordoned', reason: response.reason };
    const training = response.checkpoint === 'none' ? [] : await saveOnNode(scene, node.name);
    return { outcome, nodeName: node.name, ...(training.length > 0 && { training }) };
  }
  const handed = await handOver(scene, place, node);
  if (handed) return handed;
  const ahead = await looking;
  const isGood = ahead?.nodeName === node.name && !hasNothingToMove(scene, ahead.list);
  return drainNode(scene, node, isGood ? ahead : await look(scene, node.name));
}

async function saveOnNode(scene: Scene, nodeName: string): Promise<readonly TrainingPod[]> {
  const { pods } = await listPods(scene, nodeName);
  return saveAndStay(scene, nodeName, pods);
}

function cordonScene(scene: Scene) {
  const { cluster, deps, incidentId, instance, interruption, options, signal } = scene;
  return cordonInstance(
    { cluster, clock: deps.clock, random: deps.random },
    {
      instanceId: interruption.instanceId,
      ...(instance.nodeNameHint && { nodeNameHint: instance.nodeNameHint }),
      ...(instance.providerId && { providerIdHint: instance.providerId }),
      ...(instance.tainted !== undefined && { taintedHint: instance.tainted }),
      reason: interruption.kind,
      incidentId,
      ...(interruption.deadline && { deadline: interruption.deadline }),
      until: giveUpAt(scene),
      dryRun: options.dryRun,
      signal,
    },
  );
}
