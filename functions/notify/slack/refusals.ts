import type { Answer } from './messenger.ts';

/**
 * Sorts Slack's error codes (docs.slack.dev/reference/methods/chat.postMessage). What is not known is taken as a
 * refusal: somebody must read it.
 */
export function sortError(
  method: string,
  code: string,
  details: { readonly channel: string; readonly needed?: string | undefined },
): Exclude<Answer<never>, { type: 'done' }> {
  if (TRANSIENT.has(code)) return { type: 'uncertain', reason: `${method}: ${code}` };
  if (code === 'ratelimited' || code === 'rate_limited') return { type: 'limited', afterSeconds: 5 };
  if (code === 'message_not_found' || code === 'thread_not_found') return { type: 'missing' };
  const reason = `Slack refused ${method} for channel "${details.channel}" with ${code}. ${remedyFor(code, details)}`;
  return UNAUTHORIZED.has(code) ? { type: 'unauthorized', reason } : { type: 'refused', code, reason };
}

/** Why there was no answer: the cause's code only, for some causes print the URL, which is a webhook's secret. */
export function describeFault(fault: Error): string {
  const { cause } = fault;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : fault.name;
  return `no answer (${code}). Check that Slack can be reached from here: network, proxy, firewall`;
}

export function describeStatus(status: number): string {
  return `status ${status}. Slack or something before it has trouble: see slack-status.com`;
}

const TRANSIENT = new Set([
  'fatal_error',
  'internal_error',
  'request_timeout',
  'service_unavailable',
  'team_added_to_org',
]);

const UNAUTHORIZED = new Set([
  'invalid_auth',
  'not_authed',
  'token_revoked',
  'token_expired',
  'account_inactive',
]);

/** What a person should do about it; used by `notify --test` too. */
function remedyFor(
  code: string,
  { channel, needed }: { readonly channel: string; readonly needed?: string | undefined },
): string {
  switch (code) {
    case 'invalid_auth':
    case 'not_authed':
      return 'The token is wrong: copy the "Bot User OAuth Token" (xoxb-…) of the app into the secret.';
    case 'token_revoked':
    case 'token_expired':
    case 'account_inactive':
      return 'The app was removed from the workspace or its token was revoked: install it again and put the new token into the secret.';
    case 'missing_scope':
      return `Add the bot scope ${needed ?? 'that Slack names'} under "OAuth & Permissions" and install the app again.`;
    case 'channel_not_found':
      return CHANNEL_ID.test(channel)
        ? 'No such channel, or it is private and the bot is not in it: check the id, and invite the bot with /invite.'
        : 'Give the channel\'s id (C…), not its name: it is at the end of "View channel details".';
    case 'not_in_channel':
      return 'Invite the bot: /invite @spot-responder in that channel, or give the app the scope chat:write.public.';
    case 'is_archived':
      return 'The channel is archived: unarchive it, or configure another.';
    case 'restricted_action':
    case 'restricted_action_read_only_channel':
    case 'no_permission':
      return 'The workspace does not let this app post there: ask its admin, or configure another channel.';
    case 'invalid_blocks':
    case 'msg_blocks_too_long':
    case 'msg_too_long':
      return 'This is our mistake: please report it with the message from the log.';
    default:
      return 'Look the code up at docs.slack.dev/reference/methods.';
  }
}

const CHANNEL_ID = /^[CGD][A-Z0-9]{8,}$/;
