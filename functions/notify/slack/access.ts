import * as z from 'zod/mini';
import { ConfigurationError } from '../../errors.ts';

/** How to reach Slack: a bot, or webhooks by name. */
export type SlackAccess =
  | { readonly type: 'bot'; readonly token: string }
  | { readonly type: 'webhooks'; readonly urls: Readonly<Record<string, string>> };

/**
 * @param holder for the message, as `Secret "slack"`
 * @throws ConfigurationError that never shows what the holder holds.
 */
export function parseAccess(holder: string, text: string): SlackAccess {
  const plain = text.trim();
  if (/^xox[a-z]-\S+$/.test(plain)) return { type: 'bot', token: plain };
  if (/^https?:\/\/\S+$/.test(plain)) return { type: 'webhooks', urls: { default: plain } };
  const parsed = accessForms.safeParse(parseJson(plain));
  if (!parsed.success) {
    throw new ConfigurationError(
      `${holder} holds no Slack access; put in a bot token (xoxb-…), a webhook URL, or JSON: {"token": …}, {"webhook": …} or {"webhooks": {"default": …}}.`,
    );
  }
  const form = parsed.data;
  if ('token' in form) return { type: 'bot', token: form.token };
  return { type: 'webhooks', urls: 'webhook' in form ? { default: form.webhook } : form.webhooks };
}

const webhookUrl = z.string().check(z.regex(/^https?:\/\//));
const accessForms = z.union([
  z.object({ token: z.string().check(z.startsWith('xox')) }),
  z.object({ webhook: webhookUrl }),
  z.object({ webhooks: z.record(z.string(), webhookUrl) }),
]);

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
