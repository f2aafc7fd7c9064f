import * as z from 'zod/mini';
import type { Clock } from '../clock.ts';
import { MalformedSignalError, messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import { readAnnounced } from './announced.ts';
import { type DigestRequest, readDigestRequest } from './digest.ts';
import type { Ledger } from './ledger/ledger.ts';
import { type Published, publish, type Speak } from './publish.ts';
import { placesOf } from './routing.ts';
import type { NotifySettings } from './settings.ts';

export interface DeliverDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly ledger: Ledger;
  readonly speak: Speak;
  readonly settings: NotifySettings;
  /** Throws when a channel was not told. Absent where no schedule asks for digests. */
  readonly tellDigest?: (digest: DigestRequest, until: Date) => Promise<void>;
}

export interface Delivered {
  /** In the batch. */
  readonly records: number;
  /** For SQS: which to deliver again. */
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

/**
 * A batch of records, each with one event of our bus or the word for the weekly digest: all events are kept in the table
 * first, then every conversation that they are part of is brought up to date. Records fail one by one, those of a conversation that Slack did not take
 * together: delivered again, they change nothing but show what is not shown yet.
 *
 * @throws MalformedSignalError when the delivery is no SQS batch.
 */
export async function deliverNotices(batch: unknown, deps: DeliverDeps, until: Date): Promise<Delivered> {
  const records = readBatch(batch);
  const failed = new Set<string>();
  const recordsOf = new Map<string, string[]>();
  await inTurns(records, KEPT_AT_ONCE, async (record) => {
    try {
      for (const conversation of await keepRecord(record, deps, until))
        recordsOf.set(conversation, [...(recordsOf.get(conversation) ?? []), record.messageId]);
    } catch (error) {
      failed.add(record.messageId);
      deps.log.error('Record failed', { messageId: record.messageId, error: messageOf(error) });
    }
  });
  await inTurns([...recordsOf], SPOKEN_AT_ONCE, async ([conversation, messageIds]) => {
    const published = await publishConversation(conversation, deps, until);
    if (published.type === 'shown' || published.type === 'busy') return;
    for (const messageId of messageIds) failed.add(messageId);
    const fields = { conversation, reason: published.reason };
    if (published.type === 'refused') deps.log.error('Slack refused', fields);
    else deps.log.warn('Slack was not told yet; the records will be delivered again', fields);
  });
  return {
    records: records.length,
    batchItemFailures: [...failed].map((itemIdentifier) => ({ itemIdentifier })),
  };
}

/** Two such batches may be at work: a table that is slow for the responders too must not be crowded by who is in no hurry. */
const KEPT_AT_ONCE = 5;
const SPOKEN_AT_ONCE = 8;

const sqsBatch = z.object({
  Records: z.array(z.object({ messageId: z.string(), body: z.string() })),
});

type SqsRecord = z.output<typeof sqsBatch>['Records'][number];

function readBatch(batch: unknown): readonly SqsRecord[] {
  const parsed = sqsBatch.safeParse(batch);
  if (parsed.success) return parsed.data.Records;
  throw new MalformedSignalError('Records', 'is missing: this function reads batches of an SQS queue');
}

/** The conversations that have changed. A digest changes none: it is one of its own. */
async function keepRecord(
  { body }: SqsRecord,
  { ledger, log, settings, tellDigest }: DeliverDeps,
  until: Date,
): Promise<readonly string[]> {
  const content = parseBody(body);
  const digest = readDigestRequest(content);
  if (digest && tellDigest) {
    await tellDigest(digest, until);
    return [];
  }
  const announced = readAnnounced(content);
  if (announced.type === 'ignored') {
    log.info('Event ignored', { reason: announced.reason });
    return [];
  }
  const places = placesOf(announced, settings);
  if (places.length === 0) return [];
  return ledger.keep(announced, places);
}

async function publishConversation(
  conversation: string,
  { clock, ledger, speak }: DeliverDeps,
  until: Date,
): Promise<Published> {
  try {
    await ledger.markChanged(conversation);
    return await publish(conversation, { clock, ledger, speak }, until);
  } catch (error) {
    return { type: 'refused', reason: messageOf(error) };
  }
}

function parseBody(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw new MalformedSignalError('(record body)', 'is not JSON', { cause });
  }
}

/** At most `width` at a time. */
async function inTurns<Item>(
  items: readonly Item[],
  width: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = [...items];
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: width }, worker));
}
