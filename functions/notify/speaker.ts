import type { Clock } from '../clock.ts';
import { ConfigurationError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Speak } from './publish.ts';
import { channelOf } from './routing.ts';
import { type ScriptOf, scriptOfConversation } from './script.ts';
import { type NotifySettings, readerOf } from './settings.ts';
import { addMessages } from './slack/add.ts';
import { slackBot } from './slack/bot.ts';
import type { Messenger } from './slack/messenger.ts';
import { openPace } from './slack/pace.ts';
import type { SlackSecret } from './slack/secret.ts';
import { showMessages } from './slack/show.ts';
import { slackWebhook, type Webhook } from './slack/webhook.ts';

export interface SpeakerDeps {
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly secret: SlackSecret;
  readonly settings: NotifySettings;
  /** Of Slack's Web API. @default Slack's own */
  readonly apiUrl?: string;
  /** Wall time of one call to Slack. @default 8000 */
  readonly timeoutMilliseconds?: number;
}

/** Speaks in Slack by whatever the secret holds: a bot edits and threads, a webhook adds. */
export function slackSpeaker(deps: SpeakerDeps, scriptOf: ScriptOf = scriptOfConversation): Speak {
  const { secret, settings } = deps;
  const tools = { ...deps, pace: openPace(deps.clock), forget: () => secret.forget() };
  return async (hold, stories, until) => {
    const { conversation } = hold;
    const channel = channelOf(conversation);
    const reader = readerOf(settings, channel);
    const { messages, plan } = scriptOf(conversation);
    const access = await secret.read();
    if (access.type === 'bot') {
      const wanted = messages(stories, reader);
      return showMessages({ ...tools, bot: () => connectBot(deps) }, hold, channel, wanted, until);
    }
    return addMessages(
      { ...tools, webhook: () => connectWebhook(deps, channel) },
      hold,
      channel,
      stories,
      (known, shown) => plan(known, shown, reader),
      until,
    );
  };
}

async function connectBot({ secret, apiUrl, timeoutMilliseconds }: SpeakerDeps): Promise<Messenger> {
  const access = await secret.read();
  if (access.type !== 'bot')
    throw new ConfigurationError('The Slack secret no longer holds a bot token; deliver again.');
  return slackBot({
    token: access.token,
    ...(apiUrl !== undefined && { apiUrl }),
    ...(timeoutMilliseconds !== undefined && { timeoutMilliseconds }),
  });
}

async function connectWebhook({ secret, timeoutMilliseconds }: SpeakerDeps, name: string): Promise<Webhook> {
  const access = await secret.read();
  const url = access.type === 'webhooks' ? (access.urls[name] ?? access.urls.default) : undefined;
  if (url === undefined) {
    throw new ConfigurationError(
      `The Slack secret holds no webhook named "${name}" and none named "default"; add one, or change the route.`,
    );
  }
  return slackWebhook({ url, name, ...(timeoutMilliseconds !== undefined && { timeoutMilliseconds }) });
}
