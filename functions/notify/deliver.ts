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
  const fail = ({ messageId }: SqsRecord, error: unknown) => {
    failed.add(messageId);
    deps.log.error('Record failed', { messageId, error: messageOf(error) });
  };
  const { digests, notices } = sortOut(records, deps);
  // Beside the others: no interruption waits for a digest.
  const telling = digests.map(({ record, tell }) => tell(until).catch((error) => fail(record, error)));
  const recordsOf = await keepAll(notices, deps, fail);
  await inTurns([...recordsOf], SPOKEN_AT_ONCE, async ([conversation, messageIds]) => {
    const isShown = await show(conversation, deps, until);
    if (!isShown) for (const messageId of messageIds) failed.add(messageId);
  });
  await Promise.all(telling);
  return {
    records: records.length,
    batchItemFailures: [...failed].map((itemIdentifier) => ({ itemIdentifier })),
  };
}

/** The conversations that have changed, each with the records that it has changed by. */
async function keepAll(
  notices: readonly SqsRecord[],
  deps: DeliverDeps,
  fail: (record: SqsRecord, error: unknown) => void,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const recordsOf = new Map<string, string[]>();
  await inTurns(notices, KEPT_AT_ONCE, async (record) => {
    try {
      for (const conversation of await keepRecord(record, deps))
        recordsOf.set(conversation, [...(recordsOf.get(conversation) ?? []), record.messageId]);
    } catch (error) {
      fail(record, error);
    }
  });
  return recordsOf;
}

/** False when Slack did not take it: its records are to be delivered again. */
async function show(conversation: string, deps: DeliverDeps, until: Date): Promise<boolean> {
  const published = await publishConversation(conversation, deps, until);
  if (published.type === 'shown' || published.type === 'busy') return true;
  const fields = { conversation, reason: published.reason };
  if (published.type === 'refused') deps.log.error('Slack refused', fields);
  else deps.log.warn('Slack was not told yet; the records will be delivered again', fields);
  return false;
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

interface Sorted {
  readonly digests: readonly { readonly record: SqsRecord; readonly tell: (until: Date) => Promise<void> }[];
  readonly notices: readonly SqsRecord[];
}

function sortOut(records: readonly SqsRecord[], { tellDigest }: DeliverDeps): Sorted {
  const sorted = records.map((record) => ({ record, digest: readDigest(record) }));
  return {
    digests: sorted.flatMap(({ digest, record }) =>
      digest && tellDigest ? [{ record, tell: (until: Date) => tellDigest(digest, until) }] : [],
    ),
    notices: sorted.flatMap(({ digest, record }) => (digest && tellDigest ? [] : [record])),
  };
}

/** `undefined` for a notice, and for what cannot be read: that fails as one. */
function readDigest({ body }: SqsRecord): DigestRequest | undefined {
  try {
    const content = parseBody(body);
    const unsent = unsentMessage.safeParse(content);
    return readDigestRequest(unsent.success ? parseBody(unsent.data.MessageBody) : content);
  } catch {
    return undefined;
  }
}

/**
 * What the schedule could not send into the queue is in the dead-letter queue as the call that failed, and is moved back so.
 * EventBridge Scheduler user guide, "Configuring a schedule's dead-letter queue".
 */
const unsentMessage = z.object({ MessageBody: z.string() });

/** The conversations that have changed. */
async function keepRecord(
  { body }: SqsRecord,
  { ledger, log, settings }: DeliverDeps,
): Promise<readonly string[]> {
  const announced = readAnnounced(parseBody(body));
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
