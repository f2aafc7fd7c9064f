import type { NodeObject, NodeTaint, PodObject, PodToleration } from './objects.ts';
import { formatTime, withCondition } from './objects.ts';
import type { World } from './world.ts';

/** Puts the pod on the emptiest node that takes it, or leaves it unscheduled. */
export function schedulePod(world: World, pod: PodObject): PodObject {
  const lastTransitionTime = formatTime(world.clock.now());
  const [best] = world.nodes
    .list()
    .filter((node) => canRun(world, node, pod))
    .map((node) => ({ node, load: podsOn(world, node).length }))
    .sort((a, b) => a.load - b.load);
  const scheduled = {
    type: 'PodScheduled',
    lastTransitionTime,
    ...(best === undefined ? { status: 'False', reason: 'Unschedulable' } : { status: 'True' }),
  };
  return {
    ...pod,
    spec: { ...pod.spec, ...(best === undefined ? {} : { nodeName: best.node.metadata.name }) },
    status: { ...pod.status, conditions: withCondition(pod.status.conditions, scheduled) },
  };
}

/** Tries waiting pods again whenever a node changes or a pod leaves room. */
export function runScheduler(world: World): void {
  const retry = () => {
    for (const pod of world.pods.list()) {
      if (pod.spec.nodeName !== undefined || pod.metadata.deletionTimestamp !== undefined) continue;
      const placed = schedulePod(world, pod);
      if (placed.spec.nodeName !== undefined) world.pods.put(placed);
    }
  };
  world.nodes.subscribe(retry);
  world.pods.subscribe(({ after }) => {
    if (after === undefined) retry();
  });
}

function gpusOf(pod: PodObject): number {
  return pod.spec.containers.reduce(
    (sum, container) => sum + Number(container.resources.requests?.['nvidia.com/gpu'] ?? 0),
    0,
  );
}

function canRun(world: World, node: NodeObject, pod: PodObject): boolean {
  const ready = node.status.conditions.some((each) => each.type === 'Ready' && each.status === 'True');
  const refused = (node.spec.taints ?? []).some(
    (taint) => taint.effect !== 'PreferNoSchedule' && !tolerates(pod.spec.tolerations ?? [], taint),
  );
  if (!ready || refused || (node.spec.unschedulable ?? false)) return false;
  const wanted = gpusOf(pod);
  if (wanted === 0) return true;
  const used = podsOn(world, node).reduce((sum, each) => sum + gpusOf(each), 0);
  return used + wanted <= Number(node.status.allocatable['nvidia.com/gpu'] ?? 0);
}

function podsOn(world: World, node: NodeObject): readonly PodObject[] {
  return world.pods.list().filter((pod) => pod.spec.nodeName === node.metadata.name);
}

function tolerates(tolerations: readonly PodToleration[], taint: NodeTaint): boolean {
  return tolerations.some(
    ({ key, operator = 'Equal', value = '', effect }) =>
      (key === undefined || key === '' ? operator === 'Exists' : key === taint.key) &&
      (effect === undefined || effect === '' || effect === taint.effect) &&
      (operator === 'Exists' || value === (taint.value ?? '')),
  );
}
