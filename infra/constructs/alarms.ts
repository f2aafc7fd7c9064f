import { Duration, Stack } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { Function as LambdaFn } from 'aws-cdk-lib/aws-lambda';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import {
  NAMESPACE,
  NOTIFIER_SERVICE,
  RESPONDER_SERVICE,
  type Total,
} from '../../functions/telemetry/names.ts';

const MINUTE = Duration.minutes(1);
const WINDOW = Duration.minutes(5);

/** Of the responder, what there is to watch. */
export interface Watchable {
  readonly deadLetters: Queue;
  readonly failedRuns: Queue;
  readonly responder: Running;
  readonly nodeIndexer: Running;
  readonly fallback: Running;
  readonly reporter: Running;
  readonly notifier?: Running & { readonly deadLetters: Queue };
}

interface Running {
  readonly function: LambdaFn;
}

interface Watched {
  readonly metric: IMetric;
  /** What has happened, and what to do; the first thing that whoever is woken reads. */
  readonly says: string;
  /** In how many of the last periods. @default the last one */
  readonly periods?: { readonly bad: number; readonly of: number };
  /**
   * Rings too when the metric has no value any more: nothing starts what writes it. The alarm has too little data then; were
   * missing values a breach, it would ring at the first deployment, before there is a first one. @default false
   */
  readonly ringsAtNone?: boolean;
}

/** Of five minutes in a row: one that fails is made up for by the next. */
const THREE_OF_FIVE = { bad: 3, of: 5 };

/** What somebody must look at. Each says what happened and the command that helps; none rings while nothing happens. */
export class Alarms extends Construct {
  constructor(scope: Construct, id: string, responder: Watchable, topicArn: string | undefined) {
    super(scope, id);
    const topic = topicArn === undefined ? undefined : Topic.fromTopicArn(this, 'Topic', topicArn);
    for (const [name, each] of Object.entries(watched(responder))) addAlarm(this, name, each, topic);
  }
}

/** Of an extra region, the one thing that can go wrong there. */
export class ForwardingAlarms extends Construct {
  constructor(scope: Construct, id: string, deadLetters: Queue, topicArn: string | undefined) {
    super(scope, id);
    const topic = topicArn === undefined ? undefined : Topic.fromTopicArn(this, 'Topic', topicArn);
    const { region } = Stack.of(this);
    const says = `an event could not be forwarded. In the home region, spot-responder redrive ${region} sends it again.`;
    addAlarm(this, 'DeadLetters', { metric: lying(deadLetters), says }, topic);
  }
}

function addAlarm(
  scope: Construct,
  name: string,
  { metric, periods = { bad: 1, of: 1 }, ringsAtNone = false, says }: Watched,
  topic: ITopic | undefined,
): void {
  const alarm = new Alarm(scope, name, {
    alarmDescription: `spot-responder: ${says}`,
    metric,
    threshold: 1,
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    evaluationPeriods: periods.of,
    datapointsToAlarm: periods.bad,
    treatMissingData: ringsAtNone ? TreatMissingData.MISSING : TreatMissingData.NOT_BREACHING,
  });
  if (topic) alarm.addAlarmAction(new SnsAction(topic));
  if (topic && ringsAtNone) alarm.addInsufficientDataAction(new SnsAction(topic));
}

function lying(queue: Queue): IMetric {
  return queue.metricApproximateNumberOfMessagesVisible({ period: MINUTE, statistic: Stats.MAXIMUM });
}

/** Lambda writes a zero for a run that succeeds, and nothing where there was none. */
function runsFailing({ function: fn }: Running, period: Duration, periods: Watched['periods']) {
  const metric = fn.metricErrors({ period, statistic: Stats.SUM });
  return { metric, ringsAtNone: true, ...(periods && { periods }) };
}

function watched(responder: Watchable): Readonly<Record<string, Watched>> {
  const { deadLetters, fallback, nodeIndexer, notifier, reporter } = responder;
  const perMinute = { period: MINUTE, statistic: Stats.SUM };
  return {
    DeadLetters: {
      metric: lying(deadLetters),
      says: 'an event was given up. spot-responder redrive --dry-run says which and why; without --dry-run it sends again what is not too late.',
    },
    DeadlineMissed: {
      metric: total('DeadlinesMissed'),
      says: 'an instance went before its node was empty. spot-responder status --since 1h names the pods.',
    },
    DrainBlocked: {
      metric: total('DrainsBlocked'),
      says: 'a disruption budget let no pod go. spot-responder status --since 1h names it.',
    },
    NotEnrolled: {
      metric: total('NotEnrolled'),
      says: 'an interruption came for a cluster that does not let us in. Enrol it: spot-responder enroll CLUSTER.',
    },
    ResponderThrottled: {
      metric: responder.responder.function.metricThrottles(perMinute),
      says: "the account's limit of concurrent functions kept the responder waiting. Ask for a higher one.",
    },
    IndexFailing: {
      ...runsFailing(nodeIndexer, MINUTE, THREE_OF_FIVE),
      says: `the index of nodes is not written; drains ask EC2 and EKS first. ${WHY_RUNS_FAIL}`,
    },
    FallbackFailing: {
      ...runsFailing(fallback, MINUTE, THREE_OF_FIVE),
      says: `pools are not kept at their size. ${WHY_RUNS_FAIL}`,
    },
    PricesFailing: {
      ...runsFailing(reporter, Duration.hours(1), { bad: 3, of: 3 }),
      says: `what nodes cost has not been written down for hours; savings lack it. ${WHY_RUNS_FAIL}`,
    },
    ...(notifier && {
      SlackFailing: {
        metric: new Metric({ ...ofService(NOTIFIER_SERVICE), metricName: 'NoticesFailed', ...perMinute }),
        periods: THREE_OF_FIVE,
        says: 'Slack takes no messages. spot-responder notify --test says why.',
      },
      NoticesLost: {
        metric: lying(notifier.deadLetters),
        says: 'Slack did not take a message for an hour. spot-responder redrive slack sends it again.',
      },
    }),
  };
}

const WHY_RUNS_FAIL =
  'spot-responder redrive runs --dry-run says why; where it shows none (insufficient data), nothing starts them: spot-responder doctor.';

/** Of all clusters together. */
export function total(metricName: Total): Metric {
  return new Metric({ ...ofService(RESPONDER_SERVICE), metricName, statistic: Stats.SUM, period: WINDOW });
}

function ofService(service: string) {
  return { namespace: NAMESPACE, dimensionsMap: { service } };
}
