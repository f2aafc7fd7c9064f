import { Logger } from '@aws-lambda-powertools/logger';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { systemClock } from '../clock.ts';
import { eksConnector } from '../cluster/connection.ts';
import { openEks } from '../cluster/eks.ts';
import { readIndexConfig } from '../config.ts';
import { lazyEc2Locator } from '../locate/lazy-ec2-locator.ts';
import { openIndexPass } from '../node-index/index-pass.ts';
import { openIndexTable } from '../node-index/index-table.ts';
import { powertoolsLog } from '../telemetry/log.ts';

const { incidentTable, region } = readIndexConfig();
const clock = systemClock;
const random = Math.random;
const log = powertoolsLog(new Logger({ serviceName: 'spot-responder-index' }));
const dynamo = new DynamoDBClient({ maxAttempts: 1 });
const { listClusters, describeCluster } = openEks({ region });
const pass = openIndexPass({
  table: openIndexTable({ client: dynamo, table: incidentTable, clock, random }),
  region,
  listClusters,
  describeCluster,
  connect: eksConnector({ region, clock, credentials: dynamo.config.credentials, lookUp: describeCluster }),
  ec2: lazyEc2Locator({}, { clock, random }),
  log,
});

/** Once a minute: brings the index of nodes and clusters up to date. */
export const handler = async (): Promise<void> => {
  const { clusters, nodes, unread, written } = await pass();
  log.info('Nodes indexed', { clusters, nodes, unread, written });
};
