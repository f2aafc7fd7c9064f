import {
  type EventBridgeClient,
  PutEventsCommand,
  type PutEventsRequestEntry,
} from '@aws-sdk/client-eventbridge';
import DataLoader from 'dataloader';
import { type Announcement, SCHEMA_VERSION, SOURCE } from './schema.ts';

type AnnounceAnswer = { readonly type: 'announced' } | { readonly type: 'failed'; readonly reason: string };

export interface Announcer {
  /** Never throws: a listener's absence must not stop a drain. */
  announce(event: Announcement): Promise<AnnounceAnswer>;
  /** Announcements that failed so far, for the metrics. */
  failures(): number;
}

export interface BusDeps {
  readonly eventBridge: EventBridgeClient;
  /** Name or ARN of our event bus. */
  readonly busName: string;
  /** Wall time after which an announcement is given up. @default 2000 */
  readonly timeoutMilliseconds?: number;
}

/** What comes together goes together; nothing waits for an announcement before its drain ends. */
const GATHER_MS = 5;
/**
 * Of one PutEvents. Whether its 256 KB are meant for an entry or for all of them AWS says both ways: the smaller holds.
 * docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html
 */
const MOST_ENTRIES = 10;
const MOST_BYTES = 240_000;

/** Announces on an EventBridge bus, with source `spot-responder` and `schemaVersion` in the detail. */
export function bus(deps: BusDeps): Announcer {
  let failures = 0;
  const gathered = new DataLoader<Entry, string | undefined>((entries) => putAll(deps, entries), {
    cache: false,
    maxBatchSize: MOST_ENTRIES,
    batchScheduleFn: (send) => void setTimeout(send, GATHER_MS),
  });
  return {
    announce: async (event) => {
      const problem = await announce(deps, gathered, event);
      if (problem === undefined) return { type: 'announced' };
      failures += 1;
      const what = `events:PutEvents of "${event.detailType}" to bus ${deps.busName}`;
      return { type: 'failed', reason: `${what}: ${problem}` };
    },
    failures: () => failures,
  };
}

interface Entry {
  readonly entry: PutEventsRequestEntry;
}

/** What was wrong, if anything was. */
async function announce(
  { busName }: BusDeps,
  gathered: DataLoader<Entry, string | undefined>,
  event: Announcement,
): Promise<string | undefined> {
  try {
    return await gathered.load({ entry: toEntry(busName, event) });
  } catch (error) {
    return describe(error);
  }
}

/** Of each entry what was wrong with it. */
async function putAll(deps: BusDeps, entries: readonly Entry[]): Promise<readonly (string | undefined)[]> {
  const problems = await Promise.all(pack(entries).map((some) => put(deps, some)));
  return problems.flat();
}

/** In their order, in as many requests as their size wants. */
function pack(entries: readonly Entry[]): readonly (readonly Entry[])[] {
  const requests: Entry[][] = [];
  let room = 0;
  for (const each of entries) {
    const bytes = Buffer.byteLength(each.entry.Detail ?? '');
    if (bytes > room) {
      requests.push([]);
      room = MOST_BYTES;
    }
    requests.at(-1)?.push(each);
    room -= bytes;
  }
  return requests;
}

async function put(
  { eventBridge, timeoutMilliseconds = 2_000 }: BusDeps,
  entries: readonly Entry[],
): Promise<readonly (string | undefined)[]> {
  const abortSignal = AbortSignal.timeout(timeoutMilliseconds);
  try {
    const command = new PutEventsCommand({ Entries: entries.map(({ entry }) => entry) });
    const sending = eventBridge.send(command, { abortSignal });
    const { Entries = [] } = await Promise.race([sending, abortion(abortSignal)]);
    return entries.map((_, at) => {
      const { ErrorCode, ErrorMessage = 'no message' } = Entries[at] ?? {};
      return ErrorCode && `${ErrorCode}: ${ErrorMessage}`;
    });
  } catch (error) {
    const problem = abortSignal.aborted ? `no answer within ${timeoutMilliseconds} ms` : describe(error);
    return entries.map(() => problem);
  }
}

function toEntry(busName: string, { detail, detailType, time }: Announcement): PutEventsRequestEntry {
  return {
    EventBusName: busName,
    Source: SOURCE,
    DetailType: detailType,
    Detail: JSON.stringify({ ...detail, schemaVersion: SCHEMA_VERSION }),
    Time: time,
  };
}

/** The client does not watch the signal while it waits between retries or for credentials. */
function abortion(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
