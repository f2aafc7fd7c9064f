import { CfnOutput, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Architecture, type Code, Function as LambdaFn, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Schedule, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Construct } from 'constructs';
import { CLUSTERS_PARTITION, NODE_PREFIX } from '../../functions/table/keys.ts';

export interface NodeIndexerProps {
  /** The built function, `dist/index-nodes`. */
  readonly code: Code;
  /** The one table; only the index's own partitions are opened to the function. */
  readonly table: TableV2;
}

/** Shorter than the minute between two passes, so that they never overlap. */
const LONGEST_PASS = Duration.seconds(55);

/** Lists the nodes of every cluster once a minute, so that an interruption finds its node in the table. */
export class NodeIndexer extends Construct {
  constructor(scope: Construct, id: string, { code, table }: NodeIndexerProps) {
    super(scope, id);
    const indexer = new LambdaFn(this, 'Function', {
      description: 'Writes down which instance is which node, for the responder',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code,
      memorySize: 512,
      timeout: LONGEST_PASS,
      // The next pass is a minute away and does the same.
      retryAttempts: 0,
      logGroup: new LogGroup(this, 'Logs', {
        retention: RetentionDays.ONE_WEEK,
        removalPolicy: RemovalPolicy.DESTROY,
      }),
      environment: { INCIDENT_TABLE: table.tableName },
    });
    for (const statement of this.#permissions(table)) indexer.addToRolePolicy(statement);
    new Schedule(this, 'EveryMinute', {
      description: 'spot-responder: index of nodes',
      schedule: ScheduleExpression.rate(Duration.minutes(1)),
      target: new LambdaInvoke(indexer, { retryAttempts: 0, maxEventAge: Duration.minutes(1) }),
    });
    new CfnOutput(this, 'Role', {
      description: 'For an access entry with the group spot-responder-index',
      value: indexer.role?.roleArn ?? '',
    });
  }

  #permissions(table: TableV2): readonly PolicyStatement[] {
    const { account, partition, region } = Stack.of(this);
    return [
      // Neither call knows a resource level.
      new PolicyStatement({ actions: ['eks:ListClusters', 'ec2:DescribeInstances'], resources: ['*'] }),
      new PolicyStatement({
        actions: ['eks:DescribeCluster'],
        resources: [`arn:${partition}:eks:${region}:${account}:cluster/*`],
      }),
      new PolicyStatement({
        actions: ['dynamodb:BatchGetItem', 'dynamodb:BatchWriteItem', 'dynamodb:Query'],
        resources: [table.tableArn],
        conditions: {
          'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [`${NODE_PREFIX}*`, CLUSTERS_PARTITION] },
        },
      }),
    ];
  }
}
