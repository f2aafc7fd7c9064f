import { Duration, Stack } from 'aws-cdk-lib';
import { LambdaFunction, SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { type Function as LambdaFn, RecursiveLoop } from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { markerPatterns } from '../../functions/checkpoint/marker-place.ts';
import { requirePlace } from '../../functions/config.ts';
import { signalPatterns } from '../../functions/signals/parse.ts';
import {
  CLUSTERS_PARTITION,
  HISTORY_PREFIX,
  INSTANCE_PREFIX,
  LEADER_PREFIX,
  NODE_PREFIX,
} from '../../functions/table/keys.ts';
import { policyEnvironment, regionsEnvironment } from '../policy-environment.ts';
import { addEventRules } from './event-rules.ts';
import { addLaterQueue } from './later-queue.ts';
import { type Common, nodeFunction } from './node-function.ts';
import { openToRules } from './private-queue.ts';
import { servedArns } from './served-arns.ts';

/** As long as Lambda allows; a queue that feeds it must hide its messages longer. */
const LONGEST_RUN = Duration.minutes(15);
/** Later, an interruption's notice is over. */
const NOTICE = Duration.minutes(2);

/** Incidents and their history, who leads, and the index of nodes. */
const OWN_PARTITIONS = [
  ...[INSTANCE_PREFIX, HISTORY_PREFIX, LEADER_PREFIX, NODE_PREFIX].map((prefix) => `${prefix}*`),
  CLUSTERS_PARTITION,
];

/** Cordons and drains: a rule for each signal kind, the function, and the delayed queue as its second target. */
export class Responder extends Construct {
  readonly function: LambdaFn;
  readonly role: Role;
  /** Its second target, and where it leaves what goes on in a later invocation. What is sent again goes here too. */
  readonly later: Queue;

  constructor(scope: Construct, id: string, common: Common) {
    super(scope, id);
    const { bus, deadLetters, settings, table, undelivered } = common;
    const made = nodeFunction(this, {
      common,
      handler: 'respond',
      description: 'Cordons and drains the nodes of interrupted instances',
      timeout: LONGEST_RUN,
      reachesClusters: true,
      // Lambda's own retry comes a minute later, useless inside a two-minute notice: the second target repairs.
      retryAttempts: 0,
      maxEventAge: NOTICE,
      onFailure: new SqsDestination(deadLetters),
      // What is put off goes round its own queue every quarter of an hour, for days if need be: Lambda would take that for a
      // loop and break it at the sixteenth time. Each round ends at the notice's own date, or at LONGEST_DRAIN_MINUTES.
      // docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
      recursiveLoop: RecursiveLoop.ALLOW,
      environment: {
        ...regionsEnvironment(settings),
        INCIDENT_TABLE: table.tableName,
        EVENT_BUS: bus.eventBusName,
        ...policyEnvironment(settings),
      },
    });
    this.function = made.function;
    this.role = made.role;
    bus.grantPutEventsTo(this.function);
    for (const statement of this.#permissions(common)) this.role.addToPolicy(statement);
    this.later = addLaterQueue(this, {
      responder: this.function,
      longestRun: LONGEST_RUN,
      deadLetters,
    });
    addEventRules(this, common, signalPatterns, [
      new LambdaFunction(this.function, {
        deadLetterQueue: undelivered,
        maxEventAge: NOTICE,
        retryAttempts: 2,
      }),
      new SqsQueue(openToRules(this.later), { deadLetterQueue: undelivered }),
    ]);
  }

  /** Read what an instance is, find its cluster, answer the hooks that wait for us, see training's markers. */
  #permissions({ settings, table }: Common): readonly PolicyStatement[] {
    const { checkpointMarkers } = settings;
    return [
      new PolicyStatement({
        actions: [
          'dynamodb:GetItem',
          'dynamodb:BatchGetItem',
          'dynamodb:PutItem',
          'dynamodb:UpdateItem',
          'dynamodb:DeleteItem',
          'dynamodb:Query',
        ],
        resources: [table.tableArn],
        conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': OWN_PARTITIONS } },
      }),
      // These describe calls know no resource level.
      new PolicyStatement({
        actions: ['ec2:DescribeInstances', 'autoscaling:DescribeLifecycleHooks'],
        resources: ['*'],
      }),
      new PolicyStatement({
        actions: ['eks:DescribeCluster'],
        resources: servedArns(this, settings, 'eks', 'cluster/*'),
      }),
      new PolicyStatement({
        actions: ['autoscaling:CompleteLifecycleAction', 'autoscaling:RecordLifecycleActionHeartbeat'],
        resources: servedArns(this, settings, 'autoscaling', 'autoScalingGroup:*:autoScalingGroupName/*'),
      }),
      ...(checkpointMarkers ? [this.#readMarkers(checkpointMarkers)] : []),
    ];
  }

  /** No `s3:ListBucket`: whether a marker is absent or out of reach, it is waited for all the same. */
  #readMarkers(text: string): PolicyStatement {
    const place = requirePlace('checkpointMarkers', text);
    const { partition } = Stack.of(this);
    const resources = markerPatterns(place).map((keys) => `arn:${partition}:s3:::${place.bucket}/${keys}`);
    return new PolicyStatement({ actions: ['s3:GetObject'], resources });
  }
}
