import { writeFile } from 'node:fs/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { systemClock } from '../../functions/clock.ts';
import { ConfigurationError } from '../../functions/errors.ts';
import { dynamoOverview } from '../../functions/incidents/overview.ts';
import { openHoursTable } from '../../functions/savings/hours-table.ts';
import { readSavings } from '../../functions/savings/read-savings.ts';
import { findTable, type TableChoice } from '../aws/stack-table.ts';
import { parseSince } from '../status/since.ts';
import { renderSavings } from './page.ts';
import { showSavings } from './show.ts';

export interface SavingsOptions extends TableChoice {
  readonly cluster?: string;
  readonly since: string;
  readonly html?: string;
  readonly json?: true;
}

/** @throws ConfigurationError for a wrong flag, AwsCallError when the table cannot be read. */
export async function runSavings(options: SavingsOptions): Promise<void> {
  const settings = options.region ? { region: options.region } : {};
  const clock = systemClock;
  const now = clock.now();
  const since = parseSince(options.since, now);
  const table = await findTable(options);
  const client = new DynamoDBClient({ ...settings, maxAttempts: 1 });
  const access = { client, table, clock, random: Math.random };
  const sources = { hours: openHoursTable(access), overview: dynamoOverview(access) };
  const isWanted = (cluster: string) => options.cluster === undefined || options.cluster === cluster;
  const savings = await readSavings(sources, since, now, isWanted);
  if (options.html) await writePage(options.html, renderSavings(savings));
  if (options.json) console.log(JSON.stringify({ schemaVersion: 1, ...savings }, null, 2));
  else console.log(showSavings(savings));
}

async function writePage(path: string, page: string): Promise<void> {
  try {
    await writeFile(path, page);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigurationError(`--html ${path}: cannot be written (${why}). Give another path.`, { cause });
  }
}
