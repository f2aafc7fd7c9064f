import { Duration, RemovalPolicy, TimeZone } from 'aws-cdk-lib';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { type EventBus, Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Architecture, type Code, Function as LambdaFn, Runtime } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { type ILogGroup, LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import {
  ContextAttribute,
  Schedule,
  ScheduleExpression,
  ScheduleTargetInput,
} from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { SOURCE } from '../../functions/announce/schema.ts';
import { DEAD_NOTICES_QUEUE, NOTICES_QUEUE } from '../../functions/notify/queue-names.ts';
import type { NotifySettings } from '../../functions/notify/settings.ts';
import { CONVERSATION_PREFIX, HISTORY_PREFIX, STORY_PREFIX } from '../../functions/table/keys.ts';

/** What a user says about Slack. Everything but the secret has a default. */
export interface SlackOptions extends Partial<Omit<NotifySettings, 'logGroup'>> {
  /** Name of the secret with the bot token or the webhooks; never its value. */
  readonly secretName: string;
  /** One message a week with what came and how it ended: Mondays at nine. @default true */
  readonly weeklyDigest?: boolean;
  /** Where it is nine, as `Europe/Berlin`. @default UTC */
  readonly digestTimeZone?: string;
}

export interface NotifierProps {
  /** The built notifier, `dist/notify`. */
  readonly code: Code;
  readonly bus: EventBus;
  /** The one table; only the notifier's own partitions and the history are opened to the function. */
  readonly table: TableV2;
  /** Of the responder, for links. */
  readonly responderLogs: ILogGroup;
  readonly slack: SlackOptions;
}

/** A storm is told in one run; a run that dies is replaced as soon as its records show again. */
const LONGEST_RUN = Duration.minutes(3);
/** Twenty runs are an hour of Slack being away. */
const MOST_DELIVERIES = 20;

/** Tells Slack: a rule on our own bus → queue → function. What it cannot deliver is kept, and can be sent again. */
export class Notifier extends Construct {
  readonly deadLetters: Queue;
  readonly function: LambdaFn;

  constructor(scope: Construct, id: string, props: NotifierProps) {
    super(scope, id);
    this.deadLetters = this.#addQueue('DeadLetters', {
      queueName: DEAD_NOTICES_QUEUE,
      retentionPeriod: Duration.days(14),
    });
    const notices = this.#addQueue('Notices', {
      queueName: NOTICES_QUEUE,
      visibilityTimeout: LONGEST_RUN,
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: MOST_DELIVERIES },
    });
    new Rule(this, 'Rule', {
      description: 'spot-responder: all that it announces, for Slack',
      eventBus: props.bus,
      eventPattern: { source: [SOURCE] },
      targets: [new SqsQueue(notices, { deadLetterQueue: this.deadLetters })],
    });
    this.function = this.#addFunction(props);
    this.function.addEventSource(
      new SqsEventSource(notices, {
        reportBatchItemFailures: true,
        // What comes in within a second is told at once, by few speakers: Slack counts calls.
        batchSize: 100,
        maxBatchingWindow: Duration.seconds(1),
        maxConcurrency: 2,
      }),
    );
    const { digestTimeZone, weeklyDigest = true } = props.slack;
    if (weeklyDigest) this.#addDigest(digestTimeZone);
  }

  /** Sent with the time it was meant for, so that every try tells of the same week. */
  #addDigest(timeZone = 'Etc/UTC'): void {
    new Schedule(this, 'WeeklyDigest', {
      description: 'spot-responder: digest of the week for Slack',
      schedule: ScheduleExpression.cron({
        weekDay: 'MON',
        hour: '9',
        minute: '0',
        timeZone: TimeZone.of(timeZone),
      }),
      target: new LambdaInvoke(this.function, {
        input: ScheduleTargetInput.fromObject({ digest: 'weekly', time: ContextAttribute.scheduledTime }),
      }),
    });
  }

  #addQueue(id: string, props: ConstructorParameters<typeof Queue>[2]): Queue {
    return new Queue(this, id, { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true, ...props });
  }

  #addFunction({ code, responderLogs, slack, table }: NotifierProps): LambdaFn {
    const notifier = new LambdaFn(this, 'Function', {
      description: 'Tells Slack what the responder announces',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code,
      memorySize: 512,
      timeout: LONGEST_RUN,
      logGroup: new LogGroup(this, 'Logs', {
        retention: RetentionDays.ONE_MONTH,
        removalPolicy: RemovalPolicy.DESTROY,
      }),
      environment: {
        INCIDENT_TABLE: table.tableName,
        SLACK_SECRET: slack.secretName,
        RESPONDER_LOG_GROUP: responderLogs.logGroupName,
        ...environmentOf(slack),
      },
    });
    Secret.fromSecretNameV2(this, 'SlackSecret', slack.secretName).grantRead(notifier);
    notifier.addToRolePolicy(
      new PolicyStatement({
        actions: ['dynamodb:BatchGetItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
        resources: [table.tableArn],
        conditions: {
          'ForAllValues:StringLike': {
            'dynamodb:LeadingKeys': [STORY_PREFIX, CONVERSATION_PREFIX, HISTORY_PREFIX].map(
              (prefix) => `${prefix}*`,
            ),
          },
        },
      }),
    );
    return notifier;
  }
}

/** As `functions/config.ts` reads it. */
function environmentOf(slack: SlackOptions): Record<string, string> {
  const { accountNames, channel, mentionFrom, routes, tellRebalances, windowSeconds } = slack;
  return {
    ...(channel !== undefined && { SLACK_CHANNEL: channel }),
    ...(routes && { SLACK_ROUTES: JSON.stringify(routes) }),
    ...(mentionFrom && { SLACK_MENTION_FROM: mentionFrom }),
    ...(tellRebalances !== undefined && { SLACK_TELL_REBALANCES: String(tellRebalances) }),
    ...(windowSeconds !== undefined && { SLACK_WINDOW_SECONDS: String(windowSeconds) }),
    ...(accountNames && { ACCOUNT_NAMES: JSON.stringify(accountNames) }),
  };
}
