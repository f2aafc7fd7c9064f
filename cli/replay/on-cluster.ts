import { s3Markers } from '../../functions/checkpoint/markers.ts';
import { systemClock } from '../../functions/clock.ts';
import { connectFromKubeconfig } from '../../functions/cluster/kubeconfig-connection.ts';
import type { ClusterPort } from '../../functions/cluster/port.ts';
import { trafficByCluster } from '../../functions/drain/traffic.ts';
import { ConfigurationError } from '../../functions/errors.ts';
import type { Incidents } from '../../functions/incidents/incident.ts';
import { alone } from '../../functions/leader/leader.ts';
import type { Hooks } from '../../functions/lifecycle/hooks.ts';
import { nodeLocator } from '../../functions/locate/node-locator.ts';
import { openRecorder } from '../../functions/recorder/recorder.ts';
import type { RespondDeps } from '../../functions/respond/deps.ts';
import { defaultChoices } from '../../functions/respond/policy.ts';
import { respond } from '../../functions/respond/respond.ts';
import type { InstanceId } from '../../functions/signals/interruption.ts';
import { aimEvent, retimeEvent } from '../../functions/signals/retime.ts';
import type { LoadedEvent } from './load-events.ts';
import { type ReplayOptions, requireInstanceId } from './options.ts';
import { quietLog } from './quiet-log.ts';
import type { Replayed } from './show.ts';
import { printTimeline } from './timeline.ts';

/**
 * Replays events on the cluster of a kubeconfig, without AWS: the node is found by `spec.providerID`. A dry run
 * unless `--execute`. Nothing is recorded in a table, no hook is answered, nothing is announced.
 */
export async function replayOnCluster(
  loaded: readonly LoadedEvent[],
  options: ReplayOptions,
  stopped: AbortSignal,
): Promise<Replayed> {
  const clock = systemClock;
  const cluster = await connectFromKubeconfig({
    ...(options.kubeconfig !== undefined && { path: options.kubeconfig }),
    ...(options.context !== undefined && { context: options.context }),
    ...(options.cluster !== undefined && { clusterName: options.cluster }),
    clock,
  });
  const target = await chooseTarget(cluster, options);
  const dryRun = !options.execute;
  const start = clock.now();
  const events = loaded.map(({ file, event }) => {
    const aimed = target ? aimEvent(event, target) : event;
    return { file, event: options.keepTime ? aimed : retimeEvent(aimed, start), region: regionOf(event) };
  });
  const observe = options.json ? () => undefined : printTimeline(process.stdout, start, events.length > 1);
  const answers = await Promise.all(
    events.map(async ({ file, event, region }) => ({
      file,
      answer: await respond(event, depsForCluster(cluster, region, clock), {
        dryRun,
        lastTry: true,
        signal: stopped,
        observe,
      }),
    })),
  );
  return {
    dryRun,
    reports: answers.flatMap(({ answer }) => (answer.type === 'responded' ? answer.reports : [])),
    ignored: answers.flatMap(({ answer, file }) =>
      answer.type === 'ignored' ? [{ file, reason: answer.reason }] : [],
    ),
    requests: cluster.requestCounts(),
  };
}

async function chooseTarget(
  cluster: ClusterPort,
  { instance, node }: ReplayOptions,
): Promise<InstanceId | undefined> {
  if (instance !== undefined) return requireInstanceId(instance);
  if (node === undefined) return undefined;
  const found = await cluster.getNode(node);
  if (!found)
    throw new ConfigurationError(
      `--node: cluster ${cluster.name} has no node "${node}"; kubectl get nodes lists them.`,
    );
  const id = found.providerId.split('/').at(-1) ?? '';
  if (!/^i-/.test(id))
    throw new ConfigurationError(
      `--node: node "${node}" is no EC2 instance (spec.providerID is "${found.providerId}").`,
    );
  return requireInstanceId(id);
}

/** The cluster is chosen by the kubeconfig, so an event of any region is for it. */
function regionOf(event: unknown): string {
  const region = typeof event === 'object' && event !== null && 'region' in event ? event.region : undefined;
  return typeof region === 'string' ? region : 'us-east-1';
}

function depsForCluster(cluster: ClusterPort, region: string, clock: RespondDeps['clock']): RespondDeps {
  return {
    region,
    clock,
    random: Math.random,
    log: quietLog,
    locator: nodeLocator(cluster, region),
    connect: async () => cluster,
    traffic: trafficByCluster(clock),
    leader: alone,
    incidents: unrecorded,
    markers: s3Markers({ region }),
    recorder: openRecorder({ connect: async () => cluster, clock, log: quietLog }),
    announcer: { announce: async () => ({ type: 'announced' }), failures: () => 0 },
    hooks: unanswered,
    choices: defaultChoices,
    heartbeatSeconds: 5,
    continuations: { leave: async () => ({ type: 'failed', reason: 'a replay leaves nothing for later' }) },
    timeLeftMs: () => A_DAY_MS,
  };
}

/** Auto Scaling is not spoken to. */
const unanswered: Hooks = {
  describe: async () => ({ type: 'not-ours' }),
  complete: async () => ({ type: 'not-ours' }),
  heartbeat: async () => ({ type: 'not-ours' }),
};

/** Nobody cuts a replay off; a person can. */
const A_DAY_MS = 24 * 3_600_000;

/** One run by hand needs no lease against others. */
const unrecorded: Incidents = {
  claim: async ({ instanceId, kind }) => ({
    type: 'claimed',
    takeover: false,
    lease: { instanceId, incidentId: `${instanceId}/${kind}`, owner: 'replay', fence: 1 },
  }),
  resume: async (_instanceId, { incidentId }) => ({
    type: 'moved-on',
    incidentId,
    reason: 'nothing is recorded',
  }),
  handOver: async () => 'handed-over',
  heartbeat: async () => 'held',
  adopt: async (lease) => lease,
  close: async () => 'closed',
  told: async () => undefined,
  release: async () => undefined,
  get: async () => undefined,
  history: async () => [],
};
