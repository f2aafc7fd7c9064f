import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EKSClient } from '@aws-sdk/client-eks';
import { systemClock } from '../../functions/clock.ts';
import { eksConnector } from '../../functions/cluster/connection.ts';
import { eksOver } from '../../functions/cluster/eks.ts';
import { connectFromKubeconfig } from '../../functions/cluster/kubeconfig-connection.ts';
import { openAwsGroups } from '../../functions/fallback/groups/aws-groups.ts';
import { dynamoPoolLedger, type PoolLedger } from '../../functions/fallback/ledger/ledger.ts';
import type { ObserveDeps } from '../../functions/fallback/world/observe.ts';
import { scopeOf } from '../../functions/table/keys.ts';

export interface LiveChoice {
  readonly region: string;
  readonly table?: string;
  /** Where the stack and its table are. @default the pool's region */
  readonly homeRegion?: string;
  /** For every cluster, in place of EKS tokens. */
  readonly kubeconfig?: string;
  readonly context?: string;
}

/** The account that the environment's credentials open, for reading only. */
export interface LiveAccount extends ObserveDeps {
  /** Absent when no table was named. */
  readonly ledger?: Pick<PoolLedger, 'read' | 'history'>;
}

export function openLiveAccount({
  context,
  kubeconfig,
  region,
  homeRegion = region,
  table,
}: LiveChoice): LiveAccount {
  const clock = systemClock;
  const random = Math.random;
  const dynamo = new DynamoDBClient({ region: homeRegion, maxAttempts: 1 });
  const byToken = eksConnector({
    region,
    clock,
    credentials: dynamo.config.credentials,
    lookUp: eksOver(new EKSClient({ region }), region).describeCluster,
  });
  return {
    clock,
    region,
    groups: openAwsGroups({ region }, { clock, random }),
    connect: kubeconfig
      ? () => connectFromKubeconfig({ path: kubeconfig, ...(context && { context }), clock })
      : byToken,
    ...(table && {
      ledger: dynamoPoolLedger({
        client: dynamo,
        table,
        scope: scopeOf(region, homeRegion),
        clock,
        random,
        owner: 'explain',
      }),
    }),
  };
}
