import { secondsBetween } from '../../functions/clock.ts';
import type { InterruptionReport, Moment, TrainingPod } from '../../functions/respond/report.ts';
import type { ServerFigures } from './replay-world.ts';
import type { PoolStory } from './shortage/story.ts';
import { textOf } from './timeline.ts';

/**
 * What `replay --json` prints, one object. Seconds count from the event's own time.
 * `schemaVersion` changes only when a field changes its meaning or goes.
 */
export interface ReplayResult {
  readonly schemaVersion: 1;
  readonly scenario?: string;
  readonly exitCode: number;
  readonly dryRun: boolean;
  readonly ignored: readonly { readonly file: string; readonly reason: string }[];
  readonly interruptions: readonly InterruptionResult[];
  /** Requests the API server received in all, by verb and resource. */
  readonly requests: Readonly<Record<string, number>>;
  /** Pods whose eviction the server accepted more than once; known where the API server is ours. */
  readonly evictedTwice?: number;
  /** With `--slack`: what Slack shows at the end, and the calls it took. */
  readonly slack?: SlackResult;
  /** On a real control plane: what only such a server can tell. */
  readonly server?: ServerFigures;
  /** Of the scenario `shortage`: what happened to the pool after the interruption. */
  readonly pool?: PoolStory;
  /** Seconds from each event to each milestone, over all interruptions. */
  readonly percentiles: Readonly<Record<string, Percentiles>>;
}

export interface SlackResult {
  readonly threads: readonly { readonly text: string; readonly replies: readonly string[] }[];
  readonly calls: Readonly<Record<string, number>>;
}

interface InterruptionResult {
  readonly kind: string;
  readonly instanceId: string;
  readonly node?: string;
  readonly cluster?: string;
  readonly owner?: string;
  readonly incident?: string;
  readonly noticedAt: string;
  readonly deadline?: string;
  readonly outcome: { readonly type: string; readonly reason?: string };
  readonly pods: readonly {
    readonly namespace: string;
    readonly name: string;
    readonly decision: string;
    readonly outcome: string;
    readonly reason: string;
  }[];
  /** Training pods of the node: what asking their jobs to save came to. */
  readonly training: readonly TrainingResult[];
  readonly timeline: readonly { readonly seconds: number; readonly type: string; readonly text: string }[];
  readonly requests: Readonly<Record<string, number>>;
  readonly requestsTotal: number;
}

type TrainingResult = Pick<TrainingPod, 'namespace' | 'name'> & TrainingPod['checkpoint'];

export interface Percentiles {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

export function describeInterruption(report: InterruptionReport): InterruptionResult {
  const { interruption, instance, nodeName, incidentId, outcome, drain, moments, requests } = report;
  return {
    kind: interruption.kind,
    instanceId: interruption.instanceId,
    ...(nodeName && { node: nodeName }),
    ...(instance && { cluster: instance.clusterName, owner: instance.owner.type }),
    ...(incidentId && { incident: incidentId }),
    noticedAt: interruption.noticedAt.toISOString(),
    ...(interruption.deadline && { deadline: interruption.deadline.toISOString() }),
    outcome,
    pods: (drain?.pods ?? []).map((pod) => ({
      namespace: pod.namespace,
      name: pod.name,
      decision: pod.decision,
      outcome: pod.outcome.result,
      reason: 'reason' in pod.outcome ? pod.outcome.reason : pod.reason,
    })),
    training: (report.training ?? []).map(({ namespace, name, checkpoint }) => {
      return { namespace, name, ...checkpoint };
    }),
    timeline: moments.map((moment) => ({
      seconds: round(secondsBetween(interruption.noticedAt, moment.at)),
      type: moment.type,
      text: textOf(moment),
    })),
    requests,
    requestsTotal: Object.values(requests).reduce((sum, count) => sum + count, 0),
  };
}

/** Milestones that matter in a storm: when each node was cordoned, its last pod accepted, the node empty. */
export function computePercentiles(
  reports: readonly InterruptionReport[],
): Readonly<Record<string, Percentiles>> {
  const milestones = {
    cordoned: collect(reports, ({ moments }) => find(moments, 'cordoned')),
    firstEviction: collect(reports, ({ drain }) => drain?.firstEvictionAt),
    lastEviction: collect(reports, ({ drain }) => drain?.lastEvictionAt),
    emptied: collect(reports, ({ drain }) => drain?.emptiedAt),
  };
  return Object.fromEntries(
    Object.entries(milestones).flatMap(([name, seconds]) =>
      seconds.length > 0 ? [[name, percentilesOf(seconds)]] : [],
    ),
  );
}

function collect(
  reports: readonly InterruptionReport[],
  pick: (report: InterruptionReport) => Date | undefined,
): number[] {
  return reports.flatMap((report) => {
    const at = pick(report);
    return at ? [secondsBetween(report.interruption.noticedAt, at)] : [];
  });
}

function find(moments: readonly Moment[], type: Moment['type']): Date | undefined {
  return moments.find((moment) => moment.type === type)?.at;
}

function percentilesOf(values: readonly number[]): Percentiles {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) =>
    round(sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? 0);
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) };
}

const round = (seconds: number) => Math.round(seconds * 1000) / 1000;
