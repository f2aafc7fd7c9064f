import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { systemClock } from '../../functions/clock.ts';
import { dynamoOverview, type Sighting } from '../../functions/incidents/overview.ts';
import { openIndexTable } from '../../functions/node-index/index-table.ts';
import { findTable, type TableChoice } from '../aws/stack-table.ts';
import { nameOpen } from './name-open.ts';
import { showStatus } from './show.ts';
import { parseSince } from './since.ts';

export interface StatusOptions extends TableChoice {
  readonly cluster?: string;
  readonly since: string;
  readonly json?: true;
}

/** @throws ConfigurationError for a wrong flag, AwsCallError when the table cannot be read. */
export async function runStatus(options: StatusOptions): Promise<void> {
  const settings = options.region ? { region: options.region } : {};
  const clock = systemClock;
  const now = clock.now();
  const since = parseSince(options.since, now);
  const table = await findTable(options);
  const access = {
    client: new DynamoDBClient({ ...settings, maxAttempts: 1 }),
    table,
    clock,
    random: Math.random,
  };
  const overview = dynamoOverview(access);
  const [open, closed] = await Promise.all([overview.open(), overview.closed(since, now)]);
  const named = await nameOpen(openIndexTable(access), open);
  const sightings = [...named, ...closed].filter(isOf(options.cluster)).filter(isNews(since));
  if (options.json) console.log(JSON.stringify({ schemaVersion: 1, since, incidents: sightings }, null, 2));
  else console.log(showStatus(sightings, since));
}

/** What a dead run left behind long ago is no longer anybody's business. */
function isNews(since: Date): (sighting: Sighting) => boolean {
  return ({ standing }) => standing.type !== 'abandoned' || standing.since >= since;
}

function isOf(cluster: string | undefined): (sighting: Sighting) => boolean {
  return (sighting) => cluster === undefined || sighting.cluster === cluster;
}
