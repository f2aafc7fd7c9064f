import {
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
  WebClient,
} from '@slack/web-api';
import type { Message } from '../message/blocks.ts';
import type { Answer, Messenger, Where } from './messenger.ts';
import { describeFault, describeStatus, sortError } from './refusals.ts';

export interface BotDeps {
  /** `xoxb-…` */
  readonly token: string;
  /** @default Slack's own */
  readonly apiUrl?: string;
  /** Wall time of one call. @default 8000 */
  readonly timeoutMilliseconds?: number;
}

/** Slack by a bot token: messages that can be edited, threads, and finding one's own. */
export function slackBot(deps: BotDeps): Messenger {
  const client = openClient(deps);
  return {
    post: (where, message) =>
      attempt('chat.postMessage', where, async () => {
        const posted = await client.apiCall('chat.postMessage', {
          channel: where.channel,
          ...(where.thread !== undefined && {
            thread_ts: where.thread,
            reply_broadcast: message.broadcast ?? false,
          }),
          ...contentOf(message, where),
          unfurl_links: false,
          unfurl_media: false,
        });
        return { ts: tsOf(posted) };
      }),
    update: (where, ts, message) =>
      attempt('chat.update', where, async () => {
        await client.apiCall('chat.update', { channel: where.channel, ts, ...contentOf(message, where) });
        return undefined;
      }),
    remove: (where, ts) =>
      attempt('chat.delete', where, async () => {
        await client.apiCall('chat.delete', { channel: where.channel, ts });
        return undefined;
      }),
    find: (where, since) => findMarked(client, where, since),
  };
}

export function openClient({ token, apiUrl, timeoutMilliseconds = 8_000 }: BotDeps): WebClient {
  return new WebClient(token, {
    ...(apiUrl !== undefined && { slackApiUrl: apiUrl }),
    timeout: timeoutMilliseconds,
    // Retrying is ours to decide: a post that is tried again blindly may show twice.
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logger: silent,
    allowAbsoluteUrls: false,
  });
}

const EVENT_TYPE = 'spot_responder_message';
/** Ours is among the newest: a busy channel has seldom more than this within a retry. */
const PAGES = 3;

function contentOf({ text, blocks }: Message, { mark }: Where) {
  return { text, blocks, metadata: { event_type: EVENT_TYPE, event_payload: { mark } } };
}

async function findMarked(client: WebClient, where: Where, since: Date): Promise<Answer<string | undefined>> {
  const { channel, thread, mark } = where;
  const method = thread === undefined ? 'conversations.history' : 'conversations.replies';
  let cursor: string | undefined;
  for (let page = 0; page < PAGES; page++) {
    const answer = await attempt(method, where, () =>
      client.apiCall(method, {
        channel,
        ...(thread !== undefined && { ts: thread }),
        // A few seconds of grace: Slack's clock stamps the message, not ours.
        oldest: String(since.getTime() / 1000 - 30),
        include_all_metadata: true,
        limit: 200,
        ...(cursor !== undefined && { cursor }),
      }),
    );
    if (answer.type !== 'done') return answer;
    const ts = messagesIn(answer.value).find((each) => markOf(each) === mark)?.ts;
    if (typeof ts === 'string') return { type: 'done', value: ts };
    cursor = answer.value.response_metadata?.next_cursor || undefined;
    if (cursor === undefined) break;
  }
  return { type: 'done', value: undefined };
}

async function attempt<Value>(
  method: string,
  where: Where,
  call: () => Promise<Value>,
): Promise<Answer<Value>> {
  try {
    return { type: 'done', value: await call() };
  } catch (error) {
    return sortThrown(method, where, error);
  }
}

export function sortThrown(
  method: string,
  { channel }: Where,
  error: unknown,
): Exclude<Answer<never>, { type: 'done' }> {
  if (error instanceof WebAPIRateLimitedError) return { type: 'limited', afterSeconds: error.retryAfter };
  if (error instanceof WebAPIPlatformError) {
    const needed = 'needed' in error.data ? String(error.data.needed) : undefined;
    return sortError(method, error.data.error, { channel, needed });
  }
  if (error instanceof WebAPIHTTPError)
    return { type: 'uncertain', reason: `${method}: ${describeStatus(error.statusCode)}` };
  if (error instanceof WebAPIRequestError)
    return { type: 'uncertain', reason: `${method}: ${describeFault(error.original)}` };
  // A 429 without a readable Retry-After; the client has no class for it.
  if (error instanceof Error && error.message.startsWith('Retry header'))
    return { type: 'limited', afterSeconds: 30 };
  throw error;
}

function tsOf(posted: object): string {
  if ('ts' in posted && typeof posted.ts === 'string') return posted.ts;
  throw new TypeError('chat.postMessage answered without a ts');
}

function messagesIn(answer: object): readonly Readonly<Record<string, unknown>>[] {
  return 'messages' in answer && Array.isArray(answer.messages) ? answer.messages : [];
}

function markOf({ metadata }: Readonly<Record<string, unknown>>): unknown {
  const payload: unknown = Object(metadata).event_payload;
  return Object(payload).mark;
}

/** The client would print tokens' neighbours; what matters is in the answers. */
const silent = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  setLevel: () => undefined,
  getLevel: () => 'error' as never,
  setName: () => undefined,
};
