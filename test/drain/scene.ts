import { connectTo } from '../../functions/cluster/connection.ts';
import type { Pod } from '../../functions/cluster/objects.ts';
import { cordonInstance } from '../../functions/drain/cordon.ts';
import type { DrainDeps, DrainRequest } from '../../functions/drain/drain-run.ts';
import { executePlan } from '../../functions/drain/evict.ts';
import type { DrainReport } from '../../functions/drain/outcome.ts';
import { planDrain } from '../../functions/drain/plan.ts';
import type { DrainProgress } from '../../functions/drain/progress.ts';
import { openTraffic, type Traffic } from '../../functions/drain/traffic.ts';
import { startSimulatedCluster } from '../../simulator/cluster/cluster.ts';
import { patientClock } from '../support/patient-clock.ts';

export const NODE = 'ip-10-0-0-1.internal';
export const OTHER_NODE = 'ip-10-0-0-2.internal';
export const INSTANCE = 'i-0123456789abcdef0';
export const PROVIDER_ID = `aws:///us-east-2a/${INSTANCE}`;
const NOTICE_SECONDS = 120;

interface DrainChoices {
  readonly severity?: 'hard' | 'soft';
  /** From now; `null` for a signal without one. @default 120 */
  readonly deadlineSeconds?: number | null;
  /** From now. @default the deadline */
  readonly giveUpSeconds?: number;
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal;
  readonly observe?: (progress: DrainProgress) => void;
  /** What a storm must do without when the server is slow. @default true */
  readonly budgetsKnown?: boolean;
  /** Runs after the plan was made and before it is acted on. */
  readonly beforeActing?: () => void;
}

/** A simulated cluster of two nodes behind the real adapter, on a clock that runs `speed` times as fast. */
export async function openScene(speed = 40) {
  const clock = patientClock(speed);
  const simulated = await startSimulatedCluster({ clock });
  const taints = [{ key: 'nvidia.com/gpu', value: 'present', effect: 'NoSchedule' as const }];
  const { metadata } = simulated.addNode({ name: NODE, instanceId: INSTANCE, zone: 'us-east-2a', taints });
  simulated.addNode({ name: OTHER_NODE, instanceId: 'i-0fedcba9876543210', zone: 'us-east-2a' });
  const cluster = connectTo({ name: 'demo', server: simulated.url }, { clock });
  const traffic = openTraffic(clock);
  const deps = { cluster, clock, random: Math.random, traffic, shelf: traffic.shelf };
  const startedAt = clock.now();
  const progress: DrainProgress[] = [];

  const cordon = (incidentId = 'incident-1') =>
    cordonInstance(deps, {
      instanceId: INSTANCE,
      nodeNameHint: NODE,
      providerIdHint: PROVIDER_ID,
      reason: 'spot-interruption',
      incidentId,
      dryRun: false,
    });

  return {
    clock,
    cluster,
    cordon,
    deps,
    drain: (choices: DrainChoices = {}) => drainNode(deps, metadata.uid, choices, progress),
    progress,
    simulated,
    /** Seconds of the scene's clock since it opened. */
    seconds: (at: Date | undefined) => (at ? (at.getTime() - startedAt.getTime()) / 1000 : Number.NaN),
    node: () => cluster.getNode(NODE),
    podsOnNode: () => simulated.pods().filter(({ spec }) => spec.nodeName === NODE),
    requests: (resource: string, verb?: string) =>
      simulated.requests.filter((each) => each.resource === resource && (!verb || each.verb === verb)),
    [Symbol.asyncDispose]: () => simulated.close(),
  };
}

/** Lists, plans and acts, as the story does after the cordon. */
async function drainNode(
  deps: DrainDeps & { readonly traffic: Traffic },
  nodeUid: string,
  choices: DrainChoices,
  progress: DrainProgress[],
): Promise<DrainReport> {
  const { cluster, clock } = deps;
  const { severity = 'hard', deadlineSeconds = NOTICE_SECONDS } = choices;
  const fromNow = (seconds: number) => new Date(clock.now().getTime() + seconds * 1000);
  const [list, budgets] = await Promise.all([cluster.listPodsOnNode(NODE), cluster.listBudgets()]);
  const plan = planDrain(list.pods, { severity, checkpoint: 'save-then-evict' });
  choices.beforeActing?.();
  const request: DrainRequest = {
    node: { name: NODE, uid: nodeUid },
    plan,
    resourceVersion: list.resourceVersion,
    budgets: {
      known: () => (choices.budgetsKnown === false ? undefined : budgets),
      readAgain: (signal) => deps.traffic.shelf.read(cluster, signal),
    },
    holdForSave: async () => {
      throw new Error('no pod here trains');
    },
    severity,
    ...(deadlineSeconds !== null && { deadline: fromNow(deadlineSeconds) }),
    giveUpAt: fromNow(choices.giveUpSeconds ?? deadlineSeconds ?? NOTICE_SECONDS),
    dryRun: choices.dryRun ?? false,
    signal: choices.signal ?? new AbortController().signal,
  };
  return executePlan(deps, request, (moment) => {
    progress.push(moment);
    choices.observe?.(moment);
  });
}

export type Scene = Awaited<ReturnType<typeof openScene>>;

/** A Deployment with `count` pods on the node. */
export function addWeb(
  { simulated }: Scene,
  count: number,
  options: { name?: string; graceSeconds?: number; stopsAfterSeconds?: number } = {},
) {
  const { name = 'web', ...rest } = options;
  return simulated.addWorkload({
    kind: 'Deployment',
    namespace: 'default',
    name,
    nodes: Array.from({ length: count }, () => NODE),
    labels: { app: name },
    ...rest,
  });
}

/** A budget that allows no disruption of the app, ever. */
export function lockWeb(scene: Scene, name = 'web') {
  addWebBudget(scene, name, 0);
}

/** A budget that allows one disruption of the app at a time. */
export function limitWeb(scene: Scene) {
  addWebBudget(scene, 'web', 1);
}

function addWebBudget({ simulated }: Scene, name: string, maxUnavailable: number) {
  simulated.addBudget({
    namespace: 'default',
    name: `${name}-budget`,
    selector: { matchLabels: { app: name } },
    maxUnavailable,
  });
}

/** What became of each pod, sorted, without repetition of names. */
export function resultsOf({ pods }: DrainReport, action: 'evict' | 'await' | 'skip' = 'evict'): string[] {
  return pods.filter(({ decision }) => decision === action).map(({ outcome }) => outcome.result);
}

const PLAIN_POD: Pod = {
  namespace: 'default',
  name: 'web-0',
  uid: 'uid-0',
  resourceVersion: '1',
  nodeName: NODE,
  phase: 'Running',
  ready: true,
  labels: {},
  annotations: {},
  owner: { kind: 'ReplicaSet', name: 'web', uid: 'uid-web', controller: true },
  gracePeriodSeconds: 30,
  priority: 0,
  tolerations: [],
  usesEmptyDir: false,
  gpus: 0,
};

export function podWith(changes: Partial<Pod>): Pod {
  return { ...PLAIN_POD, ...changes };
}

export function barePod(changes: Partial<Pod> = {}): Pod {
  const { owner: _, ...bare } = PLAIN_POD;
  return { ...bare, ...changes };
}
