import { Logger } from '@aws-lambda-powertools/logger';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { systemClock } from '../clock.ts';
import { eksConnector } from '../cluster/connection.ts';
import { openEks } from '../cluster/eks.ts';
import { readIndexConfig } from '../config.ts';
import { lazyEc2Locator } from '../locate/lazy-ec2-locator.ts';
import { openIndexPass } from '../node-index/index-pass.ts';
import { openIndexTable } from '../node-index/index-table.ts';
import { openHoursTable } from '../savings/hours-table.ts';
import { openTally } from '../savings/keep-tally.ts';
import { scopeOf } from '../table/keys.ts';
import { powertoolsLog } from '../telemetry/log.ts';
import { emitNodes } from '../telemetry/metrics.ts';

const { incidentTable, region: home, regions } = readIndexConfig();
const clock = systemClock;
const random = Math.random;
const log = powertoolsLog(new Logger({ serviceName: 'spot-responder-index' }));
const dynamo = new DynamoDBClient({ maxAttempts: 1 });
const hours = openHoursTable({ client: dynamo, table: incidentTable, clock, random });
const passes = regions.map((region) => ({ region, pass: openPass(region) }));

function openPass(region: string) {
  const { listClusters, describeCluster } = openEks({ region });
  const scope = scopeOf(region, home);
  const tally = openTally(hours, region, log);
  return openIndexPass({
    table: openIndexTable({ client: dynamo, table: incidentTable, scope, clock, random }),
    region,
    listClusters,
    describeCluster,
    connect: eksConnector({ region, clock, credentials: dynamo.config.credentials, lookUp: describeCluster }),
    ec2: lazyEc2Locator({ region }, { clock, random }),
    onListed: async (clusters) => {
      emitNodes(clusters);
      await tally(clusters);
    },
    log,
  });
}

/** Once a minute: brings the index of nodes and clusters up to date. A region's trouble does not keep the others waiting. */
export const handler = async (): Promise<void> => {
  const done = await Promise.allSettled(
    passes.map(async ({ pass, region }) => ({ ...(await pass()), region })),
  );
  for (const each of done) if (each.status === 'fulfilled') log.info('Nodes indexed', { ...each.value });
  const failures = done.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
  if (failures.length > 0) throw failures.length === 1 ? failures[0] : new AggregateError(failures);
};
