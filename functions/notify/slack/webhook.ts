import { IncomingWebhook, IncomingWebhookHTTPError, IncomingWebhookRequestError } from '@slack/webhook';
import type { Message } from '../message/blocks.ts';
import type { Answer } from './messenger.ts';
import { describeFault, describeStatus } from './refusals.ts';

export interface WebhookDeps {
  readonly url: string;
  /** Names it in errors: the URL is a secret. */
  readonly name: string;
  /** Wall time of one call. @default 8000 */
  readonly timeoutMilliseconds?: number;
}

/** An incoming webhook can only add messages to its channel: no edits, no threads, no looking back. */
export interface Webhook {
  send(message: Message): Promise<Answer<undefined>>;
}

export function slackWebhook({ url, name, timeoutMilliseconds = 8_000 }: WebhookDeps): Webhook {
  return {
    send: async ({ text, blocks }) => {
      let retryAfter: string | null = null;
      const hook = new IncomingWebhook(url, {
        timeout: timeoutMilliseconds,
        // The client's error does not carry the header.
        fetch: async (target, init) => {
          const response = await fetch(target, init);
          retryAfter = response.headers.get('retry-after');
          return response;
        },
      });
      try {
        await hook.send({ text, blocks: [...blocks], unfurl_links: false, unfurl_media: false });
        return { type: 'done', value: undefined };
      } catch (error) {
        return sortThrown(name, error, retryAfter);
      }
    },
  };
}

function sortThrown(name: string, error: unknown, retryAfter: string | null): Answer<never> {
  if (error instanceof IncomingWebhookRequestError)
    return { type: 'uncertain', reason: `webhook "${name}": ${describeFault(error.original)}` };
  if (!(error instanceof IncomingWebhookHTTPError)) throw error;
  const { statusCode, body } = error;
  if (statusCode === 429) return { type: 'limited', afterSeconds: Number(retryAfter) || 30 };
  if (statusCode >= 500)
    return { type: 'uncertain', reason: `webhook "${name}": ${describeStatus(statusCode)}` };
  const code = body.trim().slice(0, 100) || `status ${statusCode}`;
  const reason = `Slack refused webhook "${name}" with ${code}. ${remedyFor(code)}`;
  return GONE.has(code) ? { type: 'unauthorized', reason } : { type: 'refused', code, reason };
}

const GONE = new Set([
  'invalid_token',
  'no_service',
  'no_service_id',
  'no_team',
  'team_disabled',
  'token_revoked',
]);

function remedyFor(code: string): string {
  if (GONE.has(code))
    return 'The webhook was removed: create a new one under "Incoming Webhooks" of the app and put its URL into the secret.';
  if (code === 'channel_is_archived') return 'Unarchive its channel, or create a webhook for another.';
  if (code === 'action_prohibited')
    return 'An admin restricts posting to its channel: ask them, or create a webhook for another.';
  return 'Look the code up at docs.slack.dev/messaging/sending-messages-using-incoming-webhooks.';
}
