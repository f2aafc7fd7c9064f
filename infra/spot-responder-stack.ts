import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { AttributeType, Billing, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { EventBus, type IRuleTarget, Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction, SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Architecture, type Code, Function as LambdaFn, Runtime } from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { markerPatterns } from '../functions/checkpoint/marker-place.ts';
import { requirePlace } from '../functions/config.ts';
import { signalPatterns } from '../functions/signals/parse.ts';
import { PARTITION_KEY, SORT_KEY } from '../functions/table/keys.ts';
import { Continuations } from './constructs/continuations.ts';
import { Fallback } from './constructs/fallback.ts';
import { NodeIndexer } from './constructs/node-indexer.ts';
import { Notifier, type SlackOptions } from './constructs/notifier.ts';
import { environmentOf, type PolicyOptions } from './policy-options.ts';

export interface SpotResponderStackProps extends StackProps {
  /** The built responder, `dist/respond`. */
  readonly responderCode: Code;
  /** The built index function, `dist/index-nodes`. */
  readonly indexerCode: Code;
  /** The built fallback, `dist/fallback`. */
  readonly fallbackCode: Code;
  /** The built notifier, `dist/notify`. */
  readonly notifierCode: Code;
  /**
   * `s3://bucket/prefix` below which training jobs write their markers: the responder may read those and nothing else there.
   *
   * @default none; a job that acknowledges by marker is given its time, and the outcome says why nothing was seen
   */
  readonly checkpointMarkers?: string;
  /** @default each option's own */
  readonly policy?: PolicyOptions;
  /** @default nobody is told in Slack; the events are on the bus all the same */
  readonly slack?: SlackOptions;
}

/** As long as Lambda allows; a queue that feeds it must hide its messages as long. */
const LONGEST_RUN = Duration.minutes(15);
/** The second target gets the event this much later and finds the first one's incident, or its dead lease. */
const SECOND_LOOK = Duration.seconds(20);

/** The responder in one region of one account: rules, function, table, our own bus, and queues for what failed. */
export class SpotResponderStack extends Stack {
  constructor(scope: Construct, id: string, props: SpotResponderStackProps) {
    super(scope, id, props);
    const table = this.#addTable();
    new CfnOutput(this, 'IncidentTable', {
      description: 'For spot-responder status',
      value: table.tableName,
    });
    const bus = new EventBus(this, 'Bus', { eventBusName: 'spot-responder' });
    const deadLetters = this.#addQueue('DeadLetters', { retentionPeriod: Duration.days(14) });
    const responder = this.#addResponder(props.responderCode, table.tableName, bus.eventBusName, deadLetters);
    table.grant(
      responder,
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:UpdateItem',
      'dynamodb:DeleteItem',
      'dynamodb:Query',
    );
    // The node index.
    table.grant(responder, 'dynamodb:BatchGetItem');
    new NodeIndexer(this, 'NodeIndexer', { code: props.indexerCode, table });
    bus.grantPutEventsTo(responder);
    for (const [name, value] of Object.entries(environmentOf(props.policy ?? {})))
      responder.addEnvironment(name, value);
    if (props.checkpointMarkers) this.#letReadMarkers(responder, props.checkpointMarkers);
    new Fallback(this, 'Fallback', { code: props.fallbackCode, table, bus, deadLetters });
    if (props.slack) {
      const { notifierCode: code, slack } = props;
      new Notifier(this, 'Notifier', { code, bus, table, responderLogs: responder.logGroup, slack });
    }
    const secondLook = this.#addQueue('SecondLook', {
      deliveryDelay: SECOND_LOOK,
      visibilityTimeout: LONGEST_RUN,
      deadLetterQueue: { queue: deadLetters, maxReceiveCount: 2 },
    });
    responder.addEventSource(
      new SqsEventSource(secondLook, { reportBatchItemFailures: true, batchSize: 10 }),
    );
    new Continuations(this, 'Continuations', { responder, deadLetters });
    this.#addRules([
      new LambdaFunction(responder, {
        deadLetterQueue: deadLetters,
        maxEventAge: Duration.minutes(2),
        retryAttempts: 2,
      }),
      new SqsQueue(secondLook, { deadLetterQueue: deadLetters }),
    ]);
  }

  #addTable(): TableV2 {
    return new TableV2(this, 'Incidents', {
      partitionKey: { name: PARTITION_KEY, type: AttributeType.STRING },
      sortKey: { name: SORT_KEY, type: AttributeType.STRING },
      billing: Billing.onDemand(),
      timeToLiveAttribute: 'expiresAt',
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }

  #addQueue(id: string, props: ConstructorParameters<typeof Queue>[2]): Queue {
    return new Queue(this, id, { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true, ...props });
  }

  #addResponder(code: Code, tableName: string, busName: string, deadLetters: Queue): LambdaFn {
    const responder = new LambdaFn(this, 'Responder', {
      description: 'Cordons and drains the nodes of interrupted instances',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code,
      memorySize: 1024,
      timeout: LONGEST_RUN,
      // Lambda's own retry comes a minute later, useless inside a two-minute notice: the second target repairs.
      retryAttempts: 0,
      maxEventAge: Duration.minutes(2),
      onFailure: new SqsDestination(deadLetters),
      logGroup: new LogGroup(this, 'ResponderLogs', {
        retention: RetentionDays.ONE_MONTH,
        removalPolicy: RemovalPolicy.DESTROY,
      }),
      environment: { INCIDENT_TABLE: tableName, EVENT_BUS: busName },
    });
    for (const statement of this.#permissions()) responder.addToRolePolicy(statement);
    new CfnOutput(this, 'ResponderRole', {
      description: 'For an access entry with the group spot-responder',
      value: responder.role?.roleArn ?? '',
    });
    return responder;
  }

  /** Read what an instance is, find its cluster, and answer the hooks that wait for us. */
  #permissions(): readonly PolicyStatement[] {
    const everywhereIn = (service: string, resource: string) =>
      `arn:${this.partition}:${service}:${this.region}:${this.account}:${resource}`;
    return [
      // These describe calls know no resource level.
      new PolicyStatement({
        actions: ['ec2:DescribeInstances', 'autoscaling:DescribeLifecycleHooks'],
        resources: ['*'],
      }),
      new PolicyStatement({
        actions: ['eks:DescribeCluster'],
        resources: [everywhereIn('eks', 'cluster/*')],
      }),
      new PolicyStatement({
        actions: ['autoscaling:CompleteLifecycleAction', 'autoscaling:RecordLifecycleActionHeartbeat'],
        resources: [everywhereIn('autoscaling', 'autoScalingGroup:*:autoScalingGroupName/*')],
      }),
    ];
  }

  /** No `s3:ListBucket`: whether a marker is absent or out of reach, it is waited for all the same. */
  #letReadMarkers(responder: LambdaFn, text: string): void {
    const place = requirePlace('checkpointMarkers', text);
    const resources = markerPatterns(place).map(
      (keys) => `arn:${this.partition}:s3:::${place.bucket}/${keys}`,
    );
    responder.addToRolePolicy(new PolicyStatement({ actions: ['s3:GetObject'], resources }));
    responder.addEnvironment('CHECKPOINT_MARKERS', text);
  }

  /** One rule a signal kind, with the pattern that stands beside its parser. */
  #addRules(targets: readonly IRuleTarget[]): void {
    for (const [kind, { source, 'detail-type': detailType, detail }] of Object.entries(signalPatterns)) {
      new Rule(this, `Rule-${kind}`, {
        description: `spot-responder: ${kind}`,
        eventPattern: {
          source: [...source],
          detailType: [...detailType],
          ...(detail && {
            detail: Object.fromEntries(Object.entries(detail).map(([field, values]) => [field, [...values]])),
          }),
        },
        targets: [...targets],
      });
    }
  }
}
