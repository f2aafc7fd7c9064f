import type { PolicyChoices } from '../../functions/respond/policy.ts';
import { asInstanceId, type InstanceId } from '../../functions/signals/interruption.ts';
import {
  type Fleet,
  gpuNode,
  inferenceAndTraining,
  nodeWithTenPods,
  stormNodes,
  trainingGang,
} from './fleet.ts';

/** One event of a scenario: a file of `events/`, aimed at an instance, some seconds after the first. */
interface Delivery {
  readonly afterSeconds: number;
  readonly sample: string;
  readonly instanceId: InstanceId;
}

export interface Scenario {
  readonly name: string;
  readonly about: string;
  /** Times as fast as real time; a storm is slower, so that the machine's own work does not count twentyfold. */
  readonly speed: number;
  readonly fleet: Fleet;
  readonly deliveries: readonly Delivery[];
  readonly choices?: Partial<PolicyChoices>;
  /** The first run is a process of its own, killed after this many accepted evictions. */
  readonly killAfterEvictions?: number;
  /** Every API server request takes this much longer, in milliseconds of the scenario's time. */
  readonly apiServerDelayMs?: number;
}

/** Played by `shortage/`: it is about a pool over an hour, not about one event. */
export const SHORTAGE = 'shortage';

const gpu = instance(1);
const spot = 'spot-interruption-terminate.json';

/** Many nodes at once, of so many. */
export function stormOf(nodes: number, interrupted: number): Scenario {
  return {
    name: 'storm',
    about: `${interrupted} of ${nodes} nodes are interrupted at once`,
    speed: 2,
    fleet: stormNodes(nodes - interrupted),
    deliveries: Array.from({ length: interrupted }, (_, at) => ({
      afterSeconds: 0,
      sample: spot,
      instanceId: instance(at + 1),
    })),
  };
}

export const scenarios: readonly Scenario[] = [
  {
    name: 'inference-node',
    about: 'one GPU node with an inference service, DaemonSets, a bare pod and a training job (the default)',
    speed: 20,
    fleet: gpuNode({ budgetBlocks: false }),
    deliveries: [{ afterSeconds: 0, sample: spot, instanceId: gpu }],
  },
  {
    name: 'inference-and-training',
    about:
      'one GPU node with inference and a rank of a training job, which saves first (the default with --real)',
    speed: 20,
    fleet: inferenceAndTraining(),
    deliveries: [{ afterSeconds: 0, sample: spot, instanceId: gpu }],
  },
  {
    name: 'ten-pods',
    about: '10 evictable and 5 DaemonSet pods: the request count',
    speed: 20,
    fleet: nodeWithTenPods(),
    deliveries: [{ afterSeconds: 0, sample: spot, instanceId: gpu }],
  },
  {
    name: 'blocked-by-budget',
    about: 'a disruption budget that never allows: the pod is deleted at the last safe moment',
    speed: 20,
    fleet: gpuNode({ budgetBlocks: true }),
    deliveries: [{ afterSeconds: 0, sample: spot, instanceId: gpu }],
  },
  { ...stormOf(60, 50), about: '50 nodes are interrupted at once' },
  {
    name: SHORTAGE,
    about: 'spot capacity runs out: on-demand nodes for some minutes, then back to spot (waits are skipped)',
    speed: 15,
    fleet: gpuNode({ budgetBlocks: false }),
    deliveries: [{ afterSeconds: 0, sample: spot, instanceId: gpu }],
  },
  {
    name: 'rebalance-then-interruption',
    about: 'a rebalance recommendation (told only), and the interruption 30 s later',
    speed: 20,
    fleet: gpuNode({ budgetBlocks: false }),
    deliveries: [
      { afterSeconds: 0, sample: 'rebalance-recommendation.json', instanceId: gpu },
      { afterSeconds: 30, sample: spot, instanceId: gpu },
    ],
  },
  {
    name: 'training-gang',
    about: 'a training job on three nodes saves one step together, then the doomed node empties',
    speed: 20,
    fleet: trainingGang({ answers: 'all' }),
    deliveries: [{ afterSeconds: 0, sample: spot, instanceId: gpu }],
  },
  {
    name: 'training-silent',
    about: 'a training job without a handler: evicted 20 s after the notice, with all the grace that is left',
    speed: 20,
    fleet: trainingGang({ answers: 'nothing' }),
    deliveries: [{ afterSeconds: 0, sample: spot, instanceId: gpu }],
  },
  {
    name: 'training-rebalance',
    about: 'a rebalance recommendation: the job saves and stays; the interruption 55 s later finds it saved',
    speed: 20,
    fleet: trainingGang({ answers: 'all' }),
    deliveries: [
      { afterSeconds: 0, sample: 'rebalance-recommendation.json', instanceId: gpu },
      { afterSeconds: 55, sample: spot, instanceId: gpu },
    ],
  },
  {
    name: 'crash-and-takeover',
    about: 'the first run is killed in mid-drain; the delayed second delivery takes over',
    speed: 10,
    fleet: nodeWithTenPods(),
    deliveries: [
      { afterSeconds: 0, sample: spot, instanceId: gpu },
      { afterSeconds: 20, sample: spot, instanceId: gpu },
    ],
    killAfterEvictions: 3,
  },
  {
    name: 'unknown-instance',
    about: 'an instance that is no node of any cluster: a quiet outcome',
    speed: 20,
    fleet: gpuNode({ budgetBlocks: false }),
    deliveries: [{ afterSeconds: 0, sample: spot, instanceId: instance(0xdead) }],
  },
  {
    name: 'slow-api-server',
    about: 'every API server request takes 3 s longer',
    speed: 20,
    fleet: gpuNode({ budgetBlocks: false }),
    deliveries: [{ afterSeconds: 0, sample: spot, instanceId: gpu }],
    apiServerDelayMs: 3_000,
  },
];

/** `i-0aaaaaaaaaaaaaaa1` for 1: the instance of the sample events. */
function instance(number: number): InstanceId {
  const id = asInstanceId(`i-0${number.toString(16).padStart(16, 'a')}`);
  if (!id) throw new RangeError(`no instance id for ${number}`);
  return id;
}
