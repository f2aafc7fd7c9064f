import { Duration, Stack } from 'aws-cdk-lib';
import {
  Dashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  MathExpression,
  Metric,
  SingleValueWidget,
  Stats,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { NAMESPACE, RESPONDER_SERVICE } from '../../functions/telemetry/names.ts';
import { total, type Watchable } from './alarms.ts';

const PERIOD = Duration.minutes(5);

/** One page: the fleet on spot, what came and how it ended, how quickly, and whether the functions and queues are well. */
export class ResponderDashboard extends Construct {
  constructor(scope: Construct, id: string, responder: Watchable) {
    super(scope, id);
    new Dashboard(this, 'Dashboard', {
      // An account has one list of dashboards for all Regions, and may have a home stack in each.
      dashboardName: `spot-responder-${Stack.of(this).region}`,
      widgets: [fleet(), outcomes(), speeds(), machines(responder)],
    });
  }
}

function fleet(): IWidget[] {
  const nodes = (metric: string, label: string) =>
    new MathExpression({
      expression: `SEARCH('{${NAMESPACE},cluster,service} MetricName="${metric}"', 'Average', ${PERIOD.toSeconds()})`,
      label,
      period: PERIOD,
    });
  return [
    graph('Nodes on spot and on demand', [nodes('SpotNodes', 'spot'), nodes('OnDemandNodes', 'on demand')]),
    new SingleValueWidget({
      title: 'Interruptions in 24 hours',
      width: 12,
      height: 6,
      metrics: [interruptionsOfDay()],
      sparkline: true,
    }),
  ];
}

function interruptionsOfDay(): Metric {
  return new Metric({
    namespace: NAMESPACE,
    metricName: 'InterruptionsIn24Hours',
    dimensionsMap: { service: RESPONDER_SERVICE },
    statistic: Stats.MAXIMUM,
    period: Duration.hours(1),
  });
}

function outcomes(): IWidget[] {
  const totals = (['DeadlinesMissed', 'DrainsBlocked', 'NotEnrolled', 'Failures'] as const).map(total);
  return [
    graph('Interruptions', [eachOf('Interruptions', Stats.SUM)]),
    graph('What somebody must look at', totals),
  ];
}

function speeds(): IWidget[] {
  return [
    graph('Seconds from the notice to the cordon, p95', [eachOf('SecondsToCordon', 'p95')]),
    graph('Seconds left when the node was empty, p5', [eachOf('SecondsLeft', 'p5')]),
  ];
}

function machines(watched: Watchable): IWidget[] {
  const { deadLetters, failedRuns, fallback, nodeIndexer, notifier, reporter, responder } = watched;
  const parts = [responder, nodeIndexer, fallback, reporter, ...(notifier ? [notifier] : [])];
  const queues = [deadLetters, failedRuns, ...(notifier ? [notifier.deadLetters] : [])];
  return [
    graph(
      'Errors and throttles',
      parts.flatMap((part) => [part.function.metricErrors(), part.function.metricThrottles()]),
    ),
    graph(
      'Dead letters and failed runs',
      queues.map((queue) => queue.metricApproximateNumberOfMessagesVisible()),
    ),
  ];
}

function graph(title: string, left: IMetric[]): GraphWidget {
  return new GraphWidget({ title, width: 12, height: 6, left });
}

/** One line a cluster and signal. They are not known at synth: CloudWatch looks for them when the page is opened. */
function eachOf(metric: string, statistic: string): MathExpression {
  const where = `{${NAMESPACE},cluster,service,signal} MetricName="${metric}"`;
  return new MathExpression({
    expression: `SEARCH('${where}', '${statistic}', ${PERIOD.toSeconds()})`,
    label: '',
    period: PERIOD,
  });
}
