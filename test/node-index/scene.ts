import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EC2Client } from '@aws-sdk/client-ec2';
import { EKSClient } from '@aws-sdk/client-eks';
import type { Clock } from '../../functions/clock.ts';
import { connectTo } from '../../functions/cluster/connection.ts';
import { eksOver } from '../../functions/cluster/eks.ts';
import { ec2Locator } from '../../functions/locate/ec2-locator.ts';
import type { Log } from '../../functions/log.ts';
import { openIndexPass } from '../../functions/node-index/index-pass.ts';
import { openIndexTable } from '../../functions/node-index/index-table.ts';
import { openNodeIndex } from '../../functions/node-index/node-index.ts';
import { type SimulatedAccount, startSimulatedAccount } from '../../simulator/account/account.ts';
import type { ReadQuota } from '../../simulator/account/read-bucket.ts';
import { type SimulatedCluster, startSimulatedCluster } from '../../simulator/cluster/cluster.ts';
import { startSimulatedTable } from '../../simulator/table/table.ts';
import { clientOptions } from '../simulator/account-client-options.ts';
import { FakeClock } from '../support/fake-clock.ts';

/** An account and a table; clusters are added by the test. Time stands still until the test moves it. */
export async function openScene({ ec2ReadQuota }: { readonly ec2ReadQuota?: ReadQuota } = {}) {
  const clock = new FakeClock();
  const [account, table] = await Promise.all([
    startSimulatedAccount({ clock, region: 'us-east-2', ...(ec2ReadQuota && { ec2ReadQuota }) }),
    startSimulatedTable(),
  ]);
  const clusters: SimulatedCluster[] = [];
  const warnings: string[] = [];
  const log = recordingLog(warnings);
  const client = table.client();
  const requests = countRequests(client);
  const access = { client, table: table.tableName, clock, random: () => 0 };
  const ec2 = ec2Locator({ ec2: new EC2Client(clientOptions(account)), clock, random: () => 0 });
  return {
    account,
    clock,
    ec2,
    warnings,
    log,
    /** Calls of the table by operation. */
    requests,
    table: openIndexTable(access),
    index: (tableName = table.tableName) =>
      openNodeIndex(openIndexTable({ ...access, table: tableName }), log),
    addCluster: async (name: string) => {
      const cluster = await startSimulatedCluster({ clock });
      clusters.push(cluster);
      account.addCluster({ name, endpoint: cluster.url, ca: '' });
      return cluster;
    },
    /** A pass as a fresh process makes it, with its memory. */
    openPass: () => openPass(account, clock, openIndexTable(access), ec2, log),
    [Symbol.asyncDispose]: async () => {
      await Promise.all([account.close(), table.close(), ...clusters.map((each) => each.close())]);
    },
  };
}

export type Scene = Awaited<ReturnType<typeof openScene>>;

function openPass(
  account: SimulatedAccount,
  clock: Clock,
  table: ReturnType<typeof openIndexTable>,
  ec2: ReturnType<typeof ec2Locator>,
  log: Log,
) {
  const { listClusters, describeCluster } = eksOver(new EKSClient(clientOptions(account)), 'us-east-2');
  // The clock stands still, so what is to be retried after a pause must not wait for it.
  const hasty: Clock = { now: () => clock.now(), sleep: async () => undefined };
  const connect = async (name: string) => {
    const { server } = await describeCluster(name);
    return connectTo({ name, server }, { clock: hasty, random: () => 0 });
  };
  return openIndexPass({ table, region: 'us-east-2', listClusters, describeCluster, connect, ec2, log });
}

function recordingLog(warnings: string[]): Log {
  const note = (message: string, fields: Readonly<Record<string, unknown>> = {}) =>
    void warnings.push(`${message} ${JSON.stringify(fields)}`);
  const log: Log = { info: () => undefined, warn: note, error: note, with: () => log };
  return log;
}

function countRequests(client: DynamoDBClient): Record<string, number> {
  const counts: Record<string, number> = {};
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      (args) => {
        counts[commandName] = (counts[commandName] ?? 0) + 1;
        return next(args);
      },
    { step: 'build' },
  );
  return counts;
}
