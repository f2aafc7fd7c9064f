import { Logger } from '@aws-lambda-powertools/logger';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { systemClock } from '../clock.ts';
import { readNotifierConfig } from '../config.ts';
import { dynamoOverview } from '../incidents/overview.ts';
import { type DeliverDeps, deliverNotices } from '../notify/deliver.ts';
import { type DigestDeps, publishDigest } from '../notify/digest.ts';
import { dynamoLedger } from '../notify/ledger/ledger.ts';
import { slackSecret } from '../notify/slack/secret.ts';
import { type SpeakerDeps, slackSpeaker } from '../notify/speaker.ts';
import { openHoursTable } from '../savings/hours-table.ts';
import { readSavings } from '../savings/read-savings.ts';
import { describeSavings } from '../savings/words.ts';
import { powertoolsLog } from '../telemetry/log.ts';
import { emitNotices } from '../telemetry/metrics.ts';

const { incidentTable, secretPlace, settings, apiUrl } = readNotifierConfig();
const clock = systemClock;
const random = Math.random;
const log = powertoolsLog(new Logger({ serviceName: 'spot-responder-notifier' }));
const secret = slackSecret({ aws: {}, place: secretPlace, clock });
/** No node waits for a message. A record that fails comes again after minutes only. */
const patienceMs = 30_000;
const table = {
  client: new DynamoDBClient({ maxAttempts: 1 }),
  table: incidentTable,
  clock,
  random,
  patienceMs,
};
const speaker: SpeakerDeps = {
  clock,
  random,
  log,
  secret,
  settings,
  ...(apiUrl !== undefined && { apiUrl }),
};
const common = { clock, log, settings, ledger: dynamoLedger(table) };
const sources = { hours: openHoursTable(table), overview: dynamoOverview(table) };
const digestDeps: DigestDeps = {
  ...common,
  overview: sources.overview,
  savings: async (from, to, isWanted) => describeSavings(await readSavings(sources, from, to, isWanted)),
  speakBy: (scriptOf) => slackSpeaker(speaker, scriptOf),
};

const deps: DeliverDeps = {
  ...common,
  speak: slackSpeaker(speaker),
  tellDigest: (digest, until) => publishDigest(digest, digestDeps, until),
};

/** For writing down where we are, and for Lambda to take the answer. */
const MARGIN_MS = 10_000;

/** Takes a batch of the queue behind our bus and the weekly schedule. What Slack did not take is delivered again. */
export const handler = async (delivery: unknown, context: { getRemainingTimeInMillis(): number }) => {
  const until = new Date(clock.now().getTime() + context.getRemainingTimeInMillis() - MARGIN_MS);
  const delivered = await deliverNotices(delivery, deps, until);
  const failed = delivered.batchItemFailures.length;
  emitNotices({ delivered: delivered.records - failed, failed });
  return { batchItemFailures: delivered.batchItemFailures };
};
