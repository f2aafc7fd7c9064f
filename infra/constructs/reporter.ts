import { Duration } from 'aws-cdk-lib';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFn } from 'aws-cdk-lib/aws-lambda';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import { HISTORY_PREFIX, HOURS_PREFIX } from '../../functions/table/keys.ts';
import { type Common, nodeFunction } from './node-function.ts';
import { addRuns, eachRun } from './starts.ts';

/** Some hundred writes after two days of missing prices. */
const LONGEST_RUN = Duration.minutes(2);
/** The next run does what this one left. */
const HALF_THE_PERIOD = Duration.minutes(30);

/** Prices the hours that the node index counted, for `spot-responder savings`. */
export class Reporter extends Construct {
  readonly function: LambdaFn;
  readonly role: Role;

  constructor(scope: Construct, id: string, common: Common) {
    super(scope, id);
    const runs = { failedRuns: common.failedRuns, goodFor: HALF_THE_PERIOD };
    const made = nodeFunction(this, {
      common,
      handler: 'report',
      description: 'Writes down what nodes cost, hour by hour',
      timeout: LONGEST_RUN,
      // Prices are asked of public endpoints, and no cluster is.
      reachesClusters: false,
      ...eachRun(runs),
      environment: { INCIDENT_TABLE: common.table.tableName },
    });
    this.function = made.function;
    this.role = made.role;
    for (const statement of permissions(common)) this.role.addToPolicy(statement);
    // Past the hour, so that its last minute is counted.
    const schedule = ScheduleExpression.cron({ minute: '5' });
    addRuns(this, 'EveryHour', this.function, { run: 'prices', schedule, ...runs });
  }
}

function permissions({ table }: Common): readonly PolicyStatement[] {
  const leading = (...prefixes: readonly string[]) => ({
    'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': prefixes.map((prefix) => `${prefix}*`) },
  });
  return [
    // Neither call knows a resource level.
    new PolicyStatement({
      actions: ['ec2:DescribeSpotPriceHistory', 'pricing:GetProducts'],
      resources: ['*'],
    }),
    new PolicyStatement({
      actions: ['dynamodb:Query'],
      resources: [table.tableArn],
      conditions: leading(HOURS_PREFIX, HISTORY_PREFIX),
    }),
    new PolicyStatement({
      actions: ['dynamodb:PutItem'],
      resources: [table.tableArn],
      conditions: leading(HOURS_PREFIX),
    }),
  ];
}
