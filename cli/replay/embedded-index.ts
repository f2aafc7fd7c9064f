import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Clock } from '../../functions/clock.ts';
import { eksConnector } from '../../functions/cluster/connection.ts';
import { openEks } from '../../functions/cluster/eks.ts';
import { lazyEc2Locator } from '../../functions/locate/lazy-ec2-locator.ts';
import { type IndexPassReport, openIndexPass } from '../../functions/node-index/index-pass.ts';
import { openIndexTable } from '../../functions/node-index/index-table.ts';
import { awsSettings, type WorldAddress } from './embedded-deps.ts';
import { quietLog } from './quiet-log.ts';

/** What the index function does every minute, once: afterwards an interruption finds its node in the table. */
export async function indexWorld(address: WorldAddress, clock: Clock): Promise<IndexPassReport> {
  const { region, tableEndpoint, tableName: table } = address;
  const random = Math.random;
  const aws = awsSettings(address);
  const client = new DynamoDBClient({ ...aws, endpoint: tableEndpoint });
  const { describeCluster, listClusters } = openEks(aws);
  const pass = openIndexPass({
    table: openIndexTable({ client, table, clock, random }),
    region,
    listClusters,
    describeCluster,
    connect: eksConnector({ region, clock, credentials: client.config.credentials, lookUp: describeCluster }),
    ec2: lazyEc2Locator(aws, { clock, random }),
    log: quietLog,
  });
  return pass();
}
