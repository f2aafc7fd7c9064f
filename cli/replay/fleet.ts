import type { InstanceId } from '../../functions/signals/interruption.ts';
import { addDaemonSets, addGpuNode, type EmbeddedWorld } from './world.ts';

/** Fills an embedded world with nodes and workloads. `doomed` are the instances that the events name. */
export type Fleet = (world: EmbeddedWorld, doomed: readonly InstanceId[]) => void;

const app = (name: string) => ({
  labels: { app: name },
  tolerations: [{ key: 'nvidia.com/gpu', operator: 'Exists' as const }],
});

/** Two spot GPU nodes and one on-demand; the doomed one carries a bit of everything. */
export function gpuNode({ budgetBlocks }: { budgetBlocks: boolean }): Fleet {
  return (world, doomed) => {
    const { cluster } = world;
    const node = addGpuNode(world, doomed[0], 1);
    for (const instanceId of doomed.slice(1)) addGpuNode(world, instanceId, 1);
    const spares = [addGpuNode(world, undefined, 2), addGpuNode(world, undefined, 3)];
    const [spare = node, other = node] = spares;
    addDaemonSets(world, [node, ...spares], 3);
    cluster.addWorkload({
      kind: 'Deployment',
      namespace: 'inference',
      name: 'llm',
      nodes: [node, node, spare, other],
      gpus: 1,
      graceSeconds: 30,
      stopsAfterSeconds: 12,
      ...app('llm'),
    });
    cluster.addBudget({
      namespace: 'inference',
      name: 'llm',
      ...(budgetBlocks ? { minAvailable: 4 } : { maxUnavailable: 1 }),
      selector: { matchLabels: { app: 'llm' } },
    });
    cluster.addWorkload({
      kind: 'Deployment',
      namespace: 'inference',
      name: 'gateway',
      nodes: [node, spare],
      graceSeconds: 20,
      stopsAfterSeconds: 5,
      ...app('gateway'),
    });
    cluster.addWorkload({
      kind: 'StatefulSet',
      namespace: 'inference',
      name: 'feature-cache',
      nodes: [node],
      graceSeconds: 60,
      stopsAfterSeconds: 20,
      emptyDir: true,
      ...app('feature-cache'),
    });
    cluster.addWorkload({
      kind: 'Job',
      namespace: 'training',
      name: 'finetune',
      nodes: [node],
      gpus: 1,
      graceSeconds: 300,
      stopsAfterSeconds: 45,
      ...app('finetune'),
    });
    cluster.addWorkload({
      kind: 'Deployment',
      namespace: 'kube-system',
      name: 'coredns',
      nodes: [node, other],
      graceSeconds: 30,
      stopsAfterSeconds: 5,
      priorityClassName: 'system-cluster-critical',
      ...app('coredns'),
    });
    cluster.addBarePod({
      namespace: 'default',
      name: 'debug-shell',
      node,
      graceSeconds: 5,
      stopsAfterSeconds: 1,
    });
    cluster.addMirrorPod({ namespace: 'kube-system', name: 'node-agent', node });
  };
}

/**
 * One training job over three nodes, of which the first is doomed; its rank 0 runs on another. Beside it on the doomed
 * node: inference, and a job that trains too but did not opt in.
 */
export function trainingGang({ answers }: { answers: 'all' | 'nothing' }): Fleet {
  return (world, doomed) => {
    const { cluster } = world;
    const node = addGpuNode(world, doomed[0], 1);
    const others = [addGpuNode(world, undefined, 2), addGpuNode(world, undefined, 3)];
    addDaemonSets(world, [node, ...others, addGpuNode(world, undefined, 4)], 3);
    cluster.addTrainingJob({
      namespace: 'training',
      name: 'llama',
      nodes: [...others, node],
      gpus: 2,
      graceSeconds: 120,
      stopsAfterSeconds: 4,
      savesInSeconds: 22,
      answers,
      labels: { 'spot-responder/checkpoint': 'enabled' },
      tolerations: [{ key: 'nvidia.com/gpu', operator: 'Exists' }],
    });
    cluster.addWorkload({
      kind: 'Job',
      namespace: 'training',
      name: 'finetune',
      nodes: [node],
      gpus: 1,
      graceSeconds: 60,
      stopsAfterSeconds: 20,
      ...app('finetune'),
    });
    cluster.addWorkload({
      kind: 'Deployment',
      namespace: 'inference',
      name: 'llm',
      nodes: [node, ...others],
      gpus: 1,
      graceSeconds: 30,
      stopsAfterSeconds: 8,
      ...app('llm'),
    });
  };
}

/** One node with ten evictable and five DaemonSet pods: the request count's fixture. */
export function nodeWithTenPods(): Fleet {
  return (world, doomed) => {
    const node = addGpuNode(world, doomed[0], 1);
    const spare = addGpuNode(world, undefined, 2);
    addDaemonSets(world, [node, spare], 5);
    world.cluster.addWorkload({
      kind: 'Deployment',
      namespace: 'inference',
      name: 'llm',
      nodes: Array<string>(10).fill(node),
      graceSeconds: 30,
      stopsAfterSeconds: 30,
      ...app('llm'),
    });
    world.cluster.addBudget({
      namespace: 'inference',
      name: 'llm',
      minAvailable: 0,
      selector: { matchLabels: { app: 'llm' } },
    });
  };
}

/** Many doomed nodes under shared budgets, and as many spares. */
export function stormNodes(count: number): Fleet {
  return (world, doomed) => {
    const nodes = doomed.slice(0, count).map((instanceId, at) => addGpuNode(world, instanceId, at + 1));
    const spares = Array.from({ length: 10 }, (_, at) => addGpuNode(world, undefined, count + at + 1));
    addDaemonSets(world, [...nodes, ...spares], 3);
    for (let service = 1; service <= 5; service++) {
      const name = `service-${service}`;
      world.cluster.addWorkload({
        kind: 'Deployment',
        namespace: 'inference',
        name,
        nodes,
        graceSeconds: 30,
        stopsAfterSeconds: 5,
        readyAfterSeconds: 5,
        ...app(name),
      });
      world.cluster.addBudget({
        namespace: 'inference',
        name,
        maxUnavailable: '50%',
        selector: { matchLabels: { app: name } },
      });
    }
  };
}
