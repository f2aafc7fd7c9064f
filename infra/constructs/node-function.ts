import { type Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { EventBus } from 'aws-cdk-lib/aws-events';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  CfnFunction,
  type FunctionOptions,
  Function as LambdaFn,
  Runtime,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { IQueue, Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { BuiltCode } from '../built-code.ts';
import type { Settings } from '../config.ts';
import { interfaceStatements } from './interface-statements.ts';
import { type Handler, SIZES } from './sizes.ts';

/** What every function of ours is given. */
export interface Common {
  readonly code: BuiltCode;
  readonly settings: Settings;
  /** The one table; each function may reach its own partitions only. */
  readonly table: TableV2;
  readonly bus: EventBus;
  /** What no function could take. */
  readonly deadLetters: Queue;
  /** The same, for targets of rules. */
  readonly undelivered: IQueue;
  /** Scheduled runs that failed. */
  readonly failedRuns: Queue;
}

export interface NodeFunctionProps extends Omit<FunctionOptions, 'memorySize'> {
  /** File in `functions/handlers/`; its memory is in `sizes.ts`. */
  readonly handler: Handler;
  readonly description: string;
  readonly timeout: Duration;
  readonly common: Common;
  /** Speaks to clusters: runs inside the VPC, where one is set. */
  readonly reachesClusters: boolean;
}

export interface NodeFunction {
  readonly function: LambdaFn;
  readonly role: Role;
}

/** A function with a role that may do nothing yet but write its own log. */
export function nodeFunction(
  scope: Construct,
  { common, handler, reachesClusters, ...options }: NodeFunctionProps,
): NodeFunction {
  const { code, settings } = common;
  const logGroup = new LogGroup(scope, 'Logs', {
    retention: Number(settings.logRetentionDays),
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const role = new Role(scope, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  logGroup.grantWrite(role);
  const made = new LambdaFn(scope, 'Function', {
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    handler: 'index.handler',
    code: code(handler),
    memorySize: SIZES[handler].megabytes,
    logGroup,
    role,
    ...options,
  });
  if (reachesClusters) moveIntoVpc(made, role, settings);
  return { function: made, role };
}

/** By ids alone: nothing is looked up at synth. */
function moveIntoVpc(made: LambdaFn, role: Role, settings: Settings): void {
  const { securityGroupIds, subnetIds } = settings;
  const { defaultChild } = made.node;
  if (subnetIds.length === 0 || !(defaultChild instanceof CfnFunction)) return;
  defaultChild.vpcConfig = { subnetIds: [...subnetIds], securityGroupIds: [...securityGroupIds] };
  for (const statement of interfaceStatements(made, settings)) role.addToPolicy(statement);
}
