import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
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

/** Announces on an EventBridge bus, with source `spot-responder` and `schemaVersion` in the detail. */
export function bus(deps: BusDeps): Announcer {
  let failures = 0;
  return {
    announce: async (event) => {
      const answer = await announce(deps, event);
      if (answer.type === 'failed') failures += 1;
      return answer;
    },
    failures: () => failures,
  };
}

async function announce(deps: BusDeps, event: Announcement): Promise<AnnounceAnswer> {
  const timeoutMilliseconds = deps.timeoutMilliseconds ?? 2_000;
  const abortSignal = AbortSignal.timeout(timeoutMilliseconds);
  try {
    const sending = deps.eventBridge.send(putEvents(deps.busName, event), { abortSignal });
    const output = await Promise.race([sending, abortion(abortSignal)]);
    const [entry] = output.Entries ?? [];
    if ((output.FailedEntryCount ?? 0) === 0) return { type: 'announced' };
    return failed(
      deps.busName,
      event,
      `${entry?.ErrorCode ?? 'Unknown'}: ${entry?.ErrorMessage ?? 'no message'}`,
    );
  } catch (error) {
    if (abortSignal.aborted) return failed(deps.busName, event, `no answer within ${timeoutMilliseconds} ms`);
    return failed(
      deps.busName,
      event,
      error instanceof Error ? `${error.name}: ${error.message}` : String(error),
    );
  }
}

function putEvents(busName: string, event: Announcement): PutEventsCommand {
  const detail = JSON.stringify({ ...event.detail, schemaVersion: SCHEMA_VERSION });
  return new PutEventsCommand({
    Entries: [
      {
        EventBusName: busName,
        Source: SOURCE,
        DetailType: event.detailType,
        Detail: detail,
        Time: event.time,
      },
    ],
  });
}

/** The client does not watch the signal while it waits between retries or for credentials. */
function abortion(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

function failed(busName: string, event: Announcement, problem: string): AnnounceAnswer {
  return {
    type: 'failed',
    reason: `events:PutEvents of "${event.detailType}" to bus ${busName}: ${problem}`,
  };
}
