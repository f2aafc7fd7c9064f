import { Duration } from 'aws-cdk-lib';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFn } from 'aws-cdk-lib/aws-lambda';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import { CLUSTERS_PARTITION, HOURS_PREFIX, NODE_PREFIX } from '../../functions/table/keys.ts';
import { regionsEnvironment } from '../policy-environment.ts';
import { type Common, nodeFunction } from './node-function.ts';
import { servedArns } from './served-arns.ts';
import { addRuns, eachRun, MINUTE } from './starts.ts';

/** Shorter than the minute between two passes, so that they never overlap. */
const LONGEST_PASS = Duration.seconds(55);

/** Lists the nodes of every cluster once a minute, so that an interruption finds its node in the table. */
export class NodeIndexer extends Construct {
  readonly function: LambdaFn;
  readonly role: Role;

  constructor(scope: Construct, id: string, common: Common) {
    super(scope, id);
    const runs = { failedRuns: common.failedRuns, goodFor: MINUTE };
    const made = nodeFunction(this, {
      common,
      handler: 'index-nodes',
      description: 'Writes down which instance is which node, for the responder',
      timeout: LONGEST_PASS,
      reachesClusters: true,
      ...eachRun(runs),
      environment: { ...regionsEnvironment(common.settings), INCIDENT_TABLE: common.table.tableName },
    });
    this.function = made.function;
    this.role = made.role;
    for (const statement of this.#permissions(common)) this.role.addToPolicy(statement);
    const schedule = ScheduleExpression.rate(MINUTE);
    addRuns(this, 'EveryMinute', this.function, { run: 'index', schedule, ...runs });
  }

  #permissions({ settings, table }: Common): readonly PolicyStatement[] {
    return [
      // Neither call knows a resource level.
      new PolicyStatement({ actions: ['eks:ListClusters', 'ec2:DescribeInstances'], resources: ['*'] }),
      new PolicyStatement({
        actions: ['eks:DescribeCluster'],
        resources: servedArns(this, settings, 'eks', 'cluster/*'),
      }),
      new PolicyStatement({
        actions: ['dynamodb:BatchGetItem', 'dynamodb:BatchWriteItem', 'dynamodb:Query'],
        resources: [table.tableArn],
        conditions: {
          'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [`${NODE_PREFIX}*`, CLUSTERS_PARTITION] },
        },
      }),
      // How many nodes there were, minute by minute.
      new PolicyStatement({
        actions: ['dynamodb:GetItem', 'dynamodb:PutItem'],
        resources: [table.tableArn],
        conditions: {
          'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [`${HOURS_PREFIX}*`] },
        },
      }),
    ];
  }
}
