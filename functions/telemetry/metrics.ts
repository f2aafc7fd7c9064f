import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { secondsBetween } from '../clock.ts';
import type { LocatedInstance } from '../locate/located.ts';
import type { InterruptionReport, Outcome } from '../respond/report.ts';
import { NAMESPACE, NOTIFIER_SERVICE, RESPONDER_SERVICE, type Total } from './names.ts';

/** Writes CloudWatch metrics (embedded metric format): one set per interruption, and for alarms one over all clusters. */
export function emitMetrics(reports: readonly InterruptionReport[]): void {
  for (const report of reports) emitReport(report);
  if (reports.length > 0) emitTotals(reports);
}

/** One set a batch of notices: an alarm on `NoticesFailed` says that Slack does not take them. */
export function emitNotices(counts: { readonly delivered: number; readonly failed: number }): void {
  const metrics = new Metrics({ namespace: NAMESPACE, serviceName: NOTIFIER_SERVICE });
  metrics.addMetric('NoticesDelivered', MetricUnit.Count, counts.delivered);
  metrics.addMetric('NoticesFailed', MetricUnit.Count, counts.failed);
  metrics.publishStoredMetrics();
}

function emitTotals(reports: readonly InterruptionReport[]): void {
  const metrics = new Metrics({ namespace: NAMESPACE, serviceName: RESPONDER_SERVICE });
  const troubles = reports.map(troubleOf);
  const names: readonly Total[] = ['DeadlinesMissed', 'DrainsBlocked', 'NotEnrolled', 'Failures'];
  for (const name of names)
    metrics.addMetric(name, MetricUnit.Count, troubles.filter((trouble) => trouble === name).length);
  metrics.publishStoredMetrics();
}

/** What of an interruption's end somebody must look at. */
function troubleOf({ drain, interruption, outcome }: InterruptionReport): Total | undefined {
  const { deadline } = interruption;
  switch (outcome.type) {
    case 'failed':
      // The API server does not know our role, or its permissions are not applied.
      return outcome.fault === 'unauthorized' || outcome.fault === 'forbidden' ? 'NotEnrolled' : 'Failures';
    case 'blocked':
      return 'DrainsBlocked';
    case 'still-terminating':
      return 'DeadlinesMissed';
    case 'emptied':
      return deadline && drain?.emptiedAt && drain.emptiedAt > deadline ? 'DeadlinesMissed' : undefined;
    default:
      return undefined;
  }
}

/** One set a cluster and minute: how many of its nodes are spot, and on demand. */
export function emitNodes(clusters: ReadonlyMap<string, readonly Pick<LocatedInstance, 'capacity'>[]>): void {
  for (const [cluster, nodes] of clusters) {
    const metrics = new Metrics({ namespace: NAMESPACE, serviceName: RESPONDER_SERVICE });
    metrics.addDimensions({ cluster });
    const count = (wanted: LocatedInstance['capacity']) =>
      nodes.filter(({ capacity }) => capacity === wanted).length;
    metrics.addMetric('SpotNodes', MetricUnit.Count, count('spot'));
    metrics.addMetric('OnDemandNodes', MetricUnit.Count, count('on-demand'));
    metrics.publishStoredMetrics();
  }
}

/** Once an hour, of all clusters together: capacity that AWS took away in the 24 hours before. */
export function emitInterruptionsOfDay(count: number): void {
  const metrics = new Metrics({ namespace: NAMESPACE, serviceName: RESPONDER_SERVICE });
  metrics.addMetric('InterruptionsIn24Hours', MetricUnit.Count, count);
  metrics.publishStoredMetrics();
}

function emitReport(report: InterruptionReport): void {
  const { instance, interruption, moments, outcome, requests } = report;
  const metrics = new Metrics({ namespace: NAMESPACE, serviceName: RESPONDER_SERVICE });
  metrics.addDimensions({ cluster: instance?.clusterName ?? 'none', signal: interruption.kind });
  metrics.addMetric(`Outcome_${outcome.type}`, MetricUnit.Count, 1);
  if (moments.some(({ type }) => type === 'unclaimed')) metrics.addMetric('Unclaimed', MetricUnit.Count, 1);
  const since = (at: Date) => Math.max(0, secondsBetween(interruption.noticedAt, at));
  const cordoned = moments.find(({ type }) => type === 'cordoned');
  const isFirstRun = !moments.some(({ type }) => type === 'resumed');
  if (cordoned && isFirstRun) metrics.addMetric('SecondsToCordon', MetricUnit.Seconds, since(cordoned.at));
  const total = Object.values(requests).reduce((sum, count) => sum + count, 0);
  if (total > 0) metrics.addMetric('ApiRequests', MetricUnit.Count, total);
  if (!ENDS_NOTHING.has(outcome.type)) addEnd(report, metrics, since);
  metrics.publishStoredMetrics();
}

/** Each event is looked at twice, and a long drain takes several runs: the one that ends it counts for all. */
const ENDS_NOTHING: ReadonlySet<Outcome['type']> = new Set([
  'already-handled',
  'continued',
  'interrupted',
  'joined',
  'not-ours',
]);

function addEnd(
  { drain, interruption }: InterruptionReport,
  metrics: Metrics,
  since: (at: Date) => number,
): void {
  metrics.addMetric('Interruptions', MetricUnit.Count, 1);
  if (drain?.lastEvictionAt)
    metrics.addMetric('SecondsToLastEviction', MetricUnit.Seconds, since(drain.lastEvictionAt));
  if (drain?.emptiedAt && interruption.deadline) {
    metrics.addMetric(
      'SecondsLeft',
      MetricUnit.Seconds,
      secondsBetween(drain.emptiedAt, interruption.deadline),
    );
  }
  const results = Map.groupBy(drain?.pods ?? [], ({ outcome: { result } }) => result);
  for (const [result, pods] of results) metrics.addMetric(`Pods_${result}`, MetricUnit.Count, pods.length);
}
