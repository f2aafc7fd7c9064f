import { omitEmpty } from './nodes.ts';
import { formatTime, type NodeObject, type NodeTaint } from './objects.ts';
import type { World } from './world.ts';

const UNSCHEDULABLE = 'node.kubernetes.io/unschedulable';

/**
 * Mirrors `spec.unschedulable` as a taint, as the node lifecycle controller does. A writer who cordons must
 * expect it: the node changes once more right after, so a `test` on the version just returned fails.
 */
export function runNodeController(world: World): void {
  world.nodes.subscribe(({ after }) => {
    const node = after === undefined ? undefined : world.nodes.get(after.metadata.name);
    if (node === undefined) return;
    const tainted = (node.spec.taints ?? []).some(({ key }) => key === UNSCHEDULABLE);
    const cordoned = node.spec.unschedulable ?? false;
    if (tainted !== cordoned) world.nodes.put(withCordonTaint(node, cordoned, formatTime(world.clock.now())));
  });
}

function withCordonTaint(node: NodeObject, cordoned: boolean, timeAdded: string): NodeObject {
  const others = (node.spec.taints ?? []).filter(({ key }) => key !== UNSCHEDULABLE);
  const added: NodeTaint[] = cordoned ? [{ key: UNSCHEDULABLE, effect: 'NoSchedule', timeAdded }] : [];
  return omitEmpty({ ...node, spec: { ...node.spec, taints: [...others, ...added] } });
}
