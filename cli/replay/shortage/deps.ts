import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EC2Client } from '@aws-sdk/client-ec2';
import { EKSClient } from '@aws-sdk/client-eks';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { bus } from '../../../functions/announce/bus.ts';
import type { Clock } from '../../../functions/clock.ts';
import { connectTo } from '../../../functions/cluster/connection.ts';
import { trafficByCluster } from '../../../functions/drain/traffic.ts';
import { awsGroups } from '../../../functions/fallback/groups/aws-groups.ts';
import { dynamoPoolLedger } from '../../../functions/fallback/ledger/ledger.ts';
import type { FallbackDeps } from '../../../functions/fallback/run/deps.ts';
import { awsSettings, type WorldAddress } from '../embedded-deps.ts';
import { quietLog } from '../quiet-log.ts';

/** The same adapters as the fallback's Lambda has, pointed at an embedded world. */
export function fallbackDeps(address: WorldAddress, clusterUrl: string, clock: Clock): FallbackDeps {
  const aws = { ...awsSettings(address), maxAttempts: 1 };
  const { region, tableEndpoint, tableName: table } = address;
  const random = Math.random;
  const autoScaling = new AutoScalingClient(aws);
  const client = new DynamoDBClient({ ...aws, endpoint: tableEndpoint });
  return {
    clock,
    random,
    region,
    log: quietLog,
    groups: awsGroups({
      autoScaling,
      autoScalingOnce: autoScaling,
      ec2: new EC2Client(aws),
      eks: new EKSClient(aws),
      clock,
      random,
    }),
    connect: async (name) => connectTo({ name, server: clusterUrl }, { clock }),
    traffic: trafficByCluster(clock),
    announcer: bus({ eventBridge: new EventBridgeClient(aws), busName: 'spot-responder' }),
    ledger: dynamoPoolLedger({ client, table, clock, random, owner: 'replay' }),
  };
}
