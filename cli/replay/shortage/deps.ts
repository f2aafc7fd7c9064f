import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { bus } from '../../../functions/announce/bus.ts';
import type { Clock } from '../../../functions/clock.ts';
import { connectTo } from '../../../functions/cluster/connection.ts';
import { trafficByCluster } from '../../../functions/drain/traffic.ts';
import { type AwsSettings, openAwsGroups } from '../../../functions/fallback/groups/aws-groups.ts';
import { dynamoPoolLedger } from '../../../functions/fallback/ledger/ledger.ts';
import type { FallbackDeps } from '../../../functions/fallback/run/deps.ts';
import { awsSettings, type WorldAddress } from '../embedded-deps.ts';
import { quietLog } from '../quiet-log.ts';

/** Where a fallback that is no Lambda finds its world. */
export interface Surroundings extends Pick<FallbackDeps, 'clock' | 'connect' | 'log' | 'random'> {
  readonly aws: AwsSettings & { readonly region: string };
  readonly dynamo: DynamoDBClient;
  readonly table: string;
  /** Tells this process from others in the ledger. */
  readonly owner: string;
}

/** The same adapters as the fallback's Lambda has. */
export function fallbackDepsIn(surroundings: Surroundings): FallbackDeps {
  const { aws, clock, connect, dynamo: client, log, owner, random, table } = surroundings;
  return {
    clock,
    random,
    region: aws.region,
    log,
    groups: openAwsGroups(aws, { clock, random }),
    connect,
    traffic: trafficByCluster(clock),
    announcer: bus({ eventBridge: new EventBridgeClient(aws), busName: 'spot-responder' }),
    ledger: dynamoPoolLedger({ client, table, clock, random, owner }),
  };
}

/** In an embedded world. */
export function fallbackDeps(address: WorldAddress, clusterUrl: string, clock: Clock): FallbackDeps {
  const aws = { ...awsSettings(address), maxAttempts: 1 };
  return fallbackDepsIn({
    aws,
    dynamo: new DynamoDBClient({ ...aws, endpoint: address.tableEndpoint }),
    table: address.tableName,
    clock,
    random: Math.random,
    log: quietLog,
    owner: 'replay',
    connect: async (name) => connectTo({ name, server: clusterUrl }, { clock }),
  });
}
