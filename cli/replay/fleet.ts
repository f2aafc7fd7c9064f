import type { FleetPlan, Limit, PlannedNode, PlannedWorkload } from '../../controlplane/fleet/plan.ts';
import { asInstanceId, type InstanceId } from '../../functions/signals/interruption.ts';

/** Plans a scenario's fleet. `doomed` are the instances that the events name; the first is the node at place 0. */
export type Fleet = (doomed: readonly InstanceId[]) => FleetPlan;

/** Two spare nodes beside the doomed one, which carries a bit of everything. */
export function gpuNode({ budgetBlocks }: { budgetBlocks: boolean }): Fleet {
  return (doomed) => {
    const { nodes, spares } = nodesFor(doomed, 2);
    return {
      nodes,
      daemonSets: 3,
      workloads: [
        ...inference(spares, budgetBlocks ? { minAvailable: 4 } : { maxUnavailable: 1 }),
        { ...finetune, graceSeconds: 300, stopsAfterSeconds: 45 },
      ],
    };
  };
}

/** The same with a training job over all three nodes that saves first, in place of one that did not opt in. */
export function inferenceAndTraining(): Fleet {
  return (doomed) => {
    const { nodes, spares } = nodesFor(doomed, 2);
    return {
      nodes,
      daemonSets: 3,
      workloads: [...inference(spares, { maxUnavailable: 1 }), llama([...spares, 0], 'all')],
    };
  };
}

function inference(spares: readonly number[], budget: Limit): readonly PlannedWorkload[] {
  const [spare = 0, other = 0] = spares;
  return [
    {
      kind: 'Deployment',
      namespace: 'inference',
      name: 'llm',
      on: [0, 0, spare, other],
      gpus: 1,
      graceSeconds: 30,
      stopsAfterSeconds: 12,
      budget,
    },
    {
      kind: 'Deployment',
      namespace: 'inference',
      name: 'gateway',
      on: [0, spare],
      graceSeconds: 20,
      stopsAfterSeconds: 5,
    },
    {
      kind: 'StatefulSet',
      namespace: 'inference',
      name: 'feature-cache',
      on: [0],
      graceSeconds: 60,
      stopsAfterSeconds: 20,
      emptyDir: true,
    },
    {
      kind: 'Deployment',
      namespace: 'kube-system',
      name: 'coredns',
      on: [0, other],
      graceSeconds: 30,
      stopsAfterSeconds: 5,
      priorityClassName: 'system-cluster-critical',
    },
    {
      kind: 'Pod',
      namespace: 'default',
      name: 'debug-shell',
      on: [0],
      graceSeconds: 5,
      stopsAfterSeconds: 1,
    },
    { kind: 'MirrorPod', namespace: 'kube-system', name: 'node-agent', on: [0] },
  ];
}

/**
 * One training job over three nodes, of which the first is doomed; its rank 0 runs on another. Beside it on the doomed
 * node: inference, and a job that trains too but did not opt in.
 */
export function trainingGang({ answers }: { answers: 'all' | 'nothing' }): Fleet {
  return (doomed) => {
    const { nodes, spares } = nodesFor(doomed, 3);
    const others = spares.slice(0, 2);
    return {
      nodes,
      daemonSets: 3,
      workloads: [
        llama([...others, 0], answers),
        { ...finetune, graceSeconds: 60, stopsAfterSeconds: 20 },
        {
          kind: 'Deployment',
          namespace: 'inference',
          name: 'llm',
          on: [0, ...others],
          gpus: 1,
          graceSeconds: 30,
          stopsAfterSeconds: 8,
        },
      ],
    };
  };
}

/** One node with ten evictable and five DaemonSet pods: the request count's fixture. */
export function nodeWithTenPods(): Fleet {
  return (doomed) => ({
    nodes: nodesFor(doomed, 1).nodes,
    daemonSets: 5,
    workloads: [
      {
        kind: 'Deployment',
        namespace: 'inference',
        name: 'llm',
        on: Array<number>(10).fill(0),
        graceSeconds: 30,
        stopsAfterSeconds: 30,
        budget: { minAvailable: 0 },
      },
    ],
  });
}

/**
 * Many doomed nodes with a pod of each of five services under shared budgets, spare nodes, and a training job over
 * two of each kind.
 */
export function stormNodes(spareNodes = 10): Fleet {
  return (doomed) => {
    const { nodes, spares } = nodesFor(doomed, spareNodes);
    const on = doomed.map((_, at) => at);
    return {
      nodes,
      daemonSets: 3,
      workloads: [
        ...[1, 2, 3, 4, 5].map((service) => stormService(`service-${service}`, on)),
        llama([...spares.slice(0, 2), ...on.slice(0, 2)], 'all'),
      ],
    };
  };
}

const stormService = (name: string, on: readonly number[]): PlannedWorkload => ({
  kind: 'Deployment',
  namespace: 'inference',
  name,
  on,
  graceSeconds: 30,
  stopsAfterSeconds: 5,
  readyAfterSeconds: 5,
  budget: { maxUnavailable: '50%' },
});

const llama = (on: readonly number[], answers: 'all' | 'nothing'): PlannedWorkload => ({
  kind: 'Job',
  namespace: 'training',
  name: 'llama',
  on,
  gpus: 2,
  graceSeconds: 120,
  stopsAfterSeconds: 4,
  saves: { inSeconds: 22, answers },
});

const finetune: PlannedWorkload = { kind: 'Job', namespace: 'training', name: 'finetune', on: [0], gpus: 1 };

/** The doomed nodes first; where no event names an instance, one that nothing happens to. */
function nodesFor(
  doomed: readonly InstanceId[],
  count: number,
): { nodes: readonly PlannedNode[]; spares: readonly number[] } {
  const named = doomed.map((instanceId, at) => ({ number: at + 1, instanceId }));
  const first = named.length > 0 ? named : [spareNode(1)];
  const spares = Array.from({ length: count }, (_, at) => first.length + at);
  return { nodes: [...first, ...spares.map((at) => spareNode(at + 1))], spares };
}

/** A node whose instance no event names. */
export function spareNode(number: number): PlannedNode {
  const instanceId = asInstanceId(`i-0${number.toString(16).padStart(16, '5')}`);
  if (!instanceId) throw new RangeError(`no instance id for ${number}`);
  return { number, instanceId };
}
