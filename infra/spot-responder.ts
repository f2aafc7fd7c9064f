import { isDeepStrictEqual } from 'node:util';
import { Aspects, CfnOutput, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AttributeType, Billing, TableEncryptionV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { EventBus } from 'aws-cdk-lib/aws-events';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { ConfigurationError } from '../functions/errors.ts';
import { PARTITION_KEY, SORT_KEY } from '../functions/table/keys.ts';
import { AcknowledgeWildcards } from './acknowledge-wildcards.ts';
import { type BuiltCode, builtCode } from './built-code.ts';
import type { Choice } from './choices.ts';
import type { Settings } from './config.ts';
import { Alarms } from './constructs/alarms.ts';
import { ResponderDashboard } from './constructs/dashboard.ts';
import { Drill } from './constructs/drill.ts';
import { Fallback } from './constructs/fallback.ts';
import { NodeIndexer } from './constructs/node-indexer.ts';
import { Notifier } from './constructs/notifier.ts';
import { failureQueue, openToRules, privateQueue } from './constructs/private-queue.ts';
import { Reporter } from './constructs/reporter.ts';
import { Responder } from './constructs/responder.ts';
import { CHAIN_DESCRIPTIONS, describeAccessEntry, TABLE_DESCRIPTION } from './outputs.ts';
import { alarmTopicIn, checkPlace, readSettings } from './read-settings.ts';

/** Of our own bus; fixed, so that other regions know where to forward to. */
export const BUS_NAME = 'spot-responder';

/** All of it has defaults: without any, what is certain to go is cordoned and drained. */
export interface SpotResponderProps {
  /** On a rebalance recommendation. @default Rebalance.tell() */
  readonly rebalance?: Choice;
  /** On a scheduled change of AWS Health. @default ScheduledChange.tell() */
  readonly scheduledChange?: Choice;
  /** @default Slack.nobody() */
  readonly slack?: Choice;
  /** @default Network.outside() */
  readonly network?: Choice;
  /** Every other setting by its name in `SETTINGS`. @default each one's own */
  readonly settings?: Partial<Settings>;
  /** The functions' code. @default as it comes with the package */
  readonly code?: BuiltCode;
}

/**
 * The responder in one account: rules, functions, table, our own bus, and queues for what failed. Once an account;
 * its bus and Slack queues have fixed names, so that a second one in the same region fails to deploy.
 *
 * @throws ConfigurationError at synth, of one line, when a setting is not what it may be.
 */
export class SpotResponder extends Construct {
  /** Give the role of `responder`, `fallback` and `nodeIndexer` an access entry in each cluster. */
  readonly responder: Responder;
  readonly fallback: Fallback;
  readonly nodeIndexer: NodeIndexer;
  readonly reporter: Reporter;
  /** Only where a Slack secret is named. */
  readonly notifier?: Notifier;
  /** What the responder announces, for rules of your own: `docs/events.md`. */
  readonly bus: EventBus;
  readonly table: TableV2;
  /** What no function could take. */
  readonly deadLetters: Queue;
  /** Scheduled runs that failed, for whoever asks why; the next one made up for each. */
  readonly failedRuns: Queue;

  constructor(scope: Construct, id: string, props: SpotResponderProps = {}) {
    super(scope, id);
    const { code = builtCode } = props;
    const settings = readSettings(chosen(props));
    checkPlace(settings, Stack.of(this).region);
    this.table = this.#addTable(settings);
    this.bus = new EventBus(this, 'Bus', { eventBusName: BUS_NAME });
    this.deadLetters = privateQueue(this, 'DeadLetters', { retentionPeriod: Duration.days(14) });
    this.failedRuns = failureQueue(this, 'FailedRuns', Duration.days(1), 'schedules and their functions');
    const common = {
      code,
      settings,
      table: this.table,
      bus: this.bus,
      deadLetters: this.deadLetters,
      undelivered: openToRules(this.deadLetters),
      failedRuns: this.failedRuns,
    };
    this.responder = new Responder(this, 'Responder', common);
    this.nodeIndexer = new NodeIndexer(this, 'NodeIndexer', common);
    this.fallback = new Fallback(this, 'Fallback', common);
    this.reporter = new Reporter(this, 'Reporter', common);
    new Drill(this, 'Drill', { enabled: settings.drills });
    if (settings.slackSecret) {
      const { logGroup: responderLogs } = this.responder.function;
      this.notifier = new Notifier(this, 'Notifier', {
        ...common,
        responderLogs,
        secretPlace: settings.slackSecret,
      });
    }
    new Alarms(this, 'Alarms', this, alarmTopicIn(settings));
    if (settings.dashboard) new ResponderDashboard(this, 'Dashboard', this);
    this.#addOutputs(settings);
    Aspects.of(this).add(new AcknowledgeWildcards());
  }

  #addTable({ keepTable }: Settings): TableV2 {
    return new TableV2(this, 'Incidents', {
      partitionKey: { name: PARTITION_KEY, type: AttributeType.STRING },
      sortKey: { name: SORT_KEY, type: AttributeType.STRING },
      billing: Billing.onDemand(),
      encryption: TableEncryptionV2.dynamoOwnedKey(),
      timeToLiveAttribute: 'expiresAt',
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      removalPolicy: keepTable ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
  }

  /** By these names, in whatever stack this is part of, the command line finds them. */
  #addOutputs({ extraRegions }: Settings): void {
    const outputs = {
      IncidentTable: [TABLE_DESCRIPTION, this.table.tableName],
      ResponderRole: [describeAccessEntry('spot-responder'), this.responder.role.roleArn],
      FallbackRole: [describeAccessEntry('spot-responder'), this.fallback.role.roleArn],
      IndexRole: [describeAccessEntry('spot-responder-index'), this.nodeIndexer.role.roleArn],
      EventBus: [CHAIN_DESCRIPTIONS.bus, this.bus.eventBusName],
      DeadLetterQueue: [CHAIN_DESCRIPTIONS.deadLetters, this.deadLetters.queueUrl],
      FailedRunsQueue: [CHAIN_DESCRIPTIONS.failedRuns, this.failedRuns.queueUrl],
      EventQueue: [CHAIN_DESCRIPTIONS.events, this.responder.later.queueUrl],
      ...(extraRegions.length > 0 && {
        ExtraRegions: [CHAIN_DESCRIPTIONS.extraRegions, extraRegions.join(',')],
      }),
    };
    for (const [name, [description, value = '']] of Object.entries(outputs))
      new CfnOutput(this, name, { ...(description && { description }), value }).overrideLogicalId(name);
  }
}

/** @throws ConfigurationError where `settings` says something else than a choice does. */
function chosen({ network, rebalance, scheduledChange, settings, slack }: SpotResponderProps): Choice {
  const choices: Choice = { ...rebalance, ...scheduledChange, ...slack, ...network };
  for (const [name, value] of Object.entries(settings ?? {}))
    if (name in choices && !isDeepStrictEqual(choices[name as keyof Choice], value))
      throw new ConfigurationError(
        `settings.${name} says something else than rebalance, scheduledChange, slack or network; leave one of them out.`,
      );
  return { ...choices, ...settings };
}
