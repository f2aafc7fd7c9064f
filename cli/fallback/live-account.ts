import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EC2Client } from '@aws-sdk/client-ec2';
import { EKSClient } from '@aws-sdk/client-eks';
import { systemClock } from '../../functions/clock.ts';
import { eksConnector } from '../../functions/cluster/connection.ts';
import { eksOver } from '../../functions/cluster/eks.ts';
import { connectFromKubeconfig } from '../../functions/cluster/kubeconfig-connection.ts';
import { awsGroups } from '../../functions/fallback/groups/aws-groups.ts';
import { dynamoPoolLedger, type PoolLedger } from '../../functions/fallback/ledger/ledger.ts';
import type { ObserveDeps } from '../../functions/fallback/world/observe.ts';

export interface LiveChoice {
  readonly region: string;
  readonly table?: string;
  /** For every cluster, in place of EKS tokens. */
  readonly kubeconfig?: string;
  readonly context?: string;
}

/** The account that the environment's credentials open, for reading only. */
export interface LiveAccount extends ObserveDeps {
  /** Absent when no table was named. */
  readonly ledger?: Pick<PoolLedger, 'read' | 'history'>;
}

export function openLiveAccount({ context, kubeconfig, region, table }: LiveChoice): LiveAccount {
  const clock = systemClock;
  const random = Math.random;
  const eks = new EKSClient({ region });
  const dynamo = new DynamoDBClient({ region, maxAttempts: 1 });
  const autoScaling = new AutoScalingClient({ region });
  const byToken = eksConnector({
    region,
    clock,
    credentials: dynamo.config.credentials,
    lookUp: eksOver(eks, region).describeCluster,
  });
  return {
    clock,
    region,
    groups: awsGroups({
      autoScaling,
      autoScalingOnce: autoScaling,
      ec2: new EC2Client({ region }),
      eks,
      clock,
      random,
    }),
    connect: kubeconfig
      ? () => connectFromKubeconfig({ path: kubeconfig, ...(context && { context }), clock })
      : byToken,
    ...(table && { ledger: dynamoPoolLedger({ client: dynamo, table, clock, random, owner: 'explain' }) }),
  };
}
