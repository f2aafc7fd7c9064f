import { ArnFormat, Duration, Stack, TimeZone } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFn } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import {
  ContextAttribute,
  Schedule,
  ScheduleExpression,
  ScheduleTargetInput,
} from 'aws-cdk-lib/aws-scheduler';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { SOURCE } from '../../functions/announce/schema.ts';
import { DEAD_NOTICES_QUEUE, NOTICES_QUEUE } from '../../functions/notify/queue-names.ts';
import { placeOf } from '../../functions/notify/slack/secret-place.ts';
import {
  CONVERSATION_PREFIX,
  HISTORY_PREFIX,
  HOURS_PREFIX,
  STORY_PREFIX,
} from '../../functions/table/keys.ts';
import type { Settings } from '../config.ts';
import { type Common, nodeFunction } from './node-function.ts';
import { privateQueue } from './private-queue.ts';
import { sends } from './starts.ts';

export interface NotifierProps extends Common {
  /** Of the responder, for links. */
  readonly responderLogs: ILogGroup;
  /** Where the bot token or the webhooks are kept, as `secret-place.ts` reads it. */
  readonly secretPlace: string;
}

/** A storm is told in one run; a run that dies is replaced as soon as its records show again. */
const LONGEST_RUN = Duration.minutes(3);
/** Twenty runs are an hour of Slack being away. */
const MOST_DELIVERIES = 20;

/** Tells Slack: a rule on our own bus → queue → function. What it cannot deliver is kept, and can be sent again. */
export class Notifier extends Construct {
  readonly deadLetters: Queue;
  readonly function: LambdaFn;
  readonly role: Role;

  constructor(scope: Construct, id: string, props: NotifierProps) {
    super(scope, id);
    this.deadLetters = privateQueue(this, 'DeadLetters', {
      queueName: DEAD_NOTICES_QUEUE,
      retentionPeriod: Duration.days(14),
    });
    const notices = privateQueue(this, 'Notices', {
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
    const made = this.#addFunction(props);
    this.function = made.function;
    this.role = made.role;
    this.function.addEventSource(
      new SqsEventSource(notices, {
        reportBatchItemFailures: true,
        // What comes in within a second is told at once, by few speakers: Slack counts calls. Without the bound, which costs
        // 0.16 dollars a month, a storm over several clusters is told by so many that Slack makes each of them wait for minutes.
        batchSize: 100,
        maxBatchingWindow: Duration.seconds(1),
        maxConcurrency: 2,
      }),
    );
    const { slackDigestTimeZone, slackWeeklyDigest } = props.settings;
    if (slackWeeklyDigest) this.#addDigest(notices, slackDigestTimeZone);
  }

  /**
   * Sent with the time it was meant for, so that every try tells of the same week; through the queue, so that it is tried
   * for as long, kept and sent again as what is announced.
   */
  #addDigest(notices: Queue, timeZone: string): void {
    new Schedule(this, 'WeeklyDigest', {
      description: 'spot-responder: digest of the week for Slack',
      schedule: ScheduleExpression.cron({
        weekDay: 'MON',
        hour: '9',
        minute: '0',
        timeZone: TimeZone.of(timeZone),
      }),
      target: sends(this, notices, {
        input: ScheduleTargetInput.fromObject({ digest: 'weekly', time: ContextAttribute.scheduledTime }),
        deadLetterQueue: this.deadLetters,
      }),
    });
  }

  #addFunction({ responderLogs, secretPlace, ...common }: NotifierProps) {
    const { settings, table } = common;
    const made = nodeFunction(this, {
      common,
      handler: 'notify',
      description: 'Tells Slack what the responder announces',
      timeout: LONGEST_RUN,
      // Slack is on the internet, and the notifier asks no cluster: it stays outside the VPC.
      reachesClusters: false,
      environment: {
        INCIDENT_TABLE: table.tableName,
        SLACK_SECRET: secretPlace,
        RESPONDER_LOG_GROUP: responderLogs.logGroupName,
        ...slackEnvironment(settings),
      },
    });
    made.role.addToPolicy(readPlace(this, secretPlace));
    made.role.addToPolicy(
      new PolicyStatement({
        actions: ['dynamodb:BatchGetItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
        resources: [table.tableArn],
        conditions: {
          'ForAllValues:StringLike': {
            'dynamodb:LeadingKeys': [STORY_PREFIX, CONVERSATION_PREFIX, HISTORY_PREFIX, HOURS_PREFIX].map(
              (prefix) => `${prefix}*`,
            ),
          },
        },
      }),
    );
    return made;
  }
}

/** As `functions/config.ts` reads it. */
function slackEnvironment(settings: Settings): Record<string, string> {
  return {
    SLACK_CHANNEL: settings.slackChannel,
    SLACK_ROUTES: JSON.stringify(settings.slackRoutes),
    SLACK_MENTION_FROM: settings.slackMentionFrom,
    SLACK_TELL_REBALANCES: String(settings.slackTellRebalances),
    SLACK_WINDOW_SECONDS: String(settings.slackWindowSeconds),
    ACCOUNT_NAMES: JSON.stringify(settings.accountNames),
    ...(settings.slackApiUrl && { SLACK_API_URL: settings.slackApiUrl }),
  };
}

/** Its value, nothing else of it. Secrets Manager adds six characters of its own to a secret's name. */
function readPlace(scope: Construct, written: string): PolicyStatement {
  const { name, type } = placeOf(written);
  const [action, resource] =
    type === 'secret'
      ? ['secretsmanager:GetSecretValue', `secret:${name}-??????`]
      : ['ssm:GetParameter', `parameter${name}`];
  const [service = ''] = action.split(':');
  const arn = Stack.of(scope).formatArn({ service, resource, arnFormat: ArnFormat.NO_RESOURCE_NAME });
  return new PolicyStatement({ actions: [action], resources: [arn] });
}
