import * as z from 'zod/mini';
import { ConfigurationError } from '../errors.ts';
import { LEVELS, type Level } from './level.ts';
import type { Reader } from './message/reader.ts';

/** What a user may choose about Slack. */
export interface NotifySettings {
  /** Where everything goes that no route claims: a channel id, or the name of a webhook. */
  readonly channel: string;
  readonly routes: readonly Route[];
  /** `@here` from this level on; absent: never. A route may say otherwise for its channel. */
  readonly mentionFrom?: Level;
  /** Tell of rebalance recommendations that nothing is done about. Off: they are in `status` and the digest only. */
  readonly tellRebalances: boolean;
  /** Interruptions of one cluster within one window of this length share a conversation. */
  readonly windowSeconds: number;
  readonly accountNames: Readonly<Record<string, string>>;
  /** CloudWatch log group of the responder, for links. */
  readonly logGroup?: string;
}

/**
 * A route with `cluster` only chooses the channel: the first that fits. One with `namespace` or `level` adds a channel,
 * for what concerns that namespace or is at least that bad. `*` stands for any text.
 */
export interface Route {
  readonly cluster?: string | undefined;
  readonly namespace?: string | undefined;
  readonly level?: Level | undefined;
  readonly channel: string;
  readonly mentionFrom?: Level | undefined;
}

/** Where a webhook needs no name. */
export const DEFAULT_CHANNEL = 'default';

/** A token or a webhook's URL in its place would stand in the template, for everybody to read. */
export function isChannel(text: string): boolean {
  return /^[\w.-]+$/.test(text) && !/^x(ox[a-z]|app)[-.]/i.test(text);
}

const pattern = z.string().check(z.minLength(1));
const level = z.enum(['info', 'warning', 'critical']);

/** Routes to channels that are `channel`. */
export function routesTo(channel: z.ZodMiniType<string>) {
  return z.array(
    z.strictObject({
      cluster: z.optional(pattern),
      namespace: z.optional(pattern),
      level: z.optional(level),
      channel,
      mentionFrom: z.optional(level),
    }),
  );
}

const accountNameMap = z.record(z.string(), z.string().check(z.minLength(1)));

/** @throws ConfigurationError naming the setting, the route and what it may hold. */
export function parseRoutes(setting: string, text: string): readonly Route[] {
  return parseSetting(
    setting,
    text,
    routesTo(pattern),
    'a JSON list such as [{"namespace": "training", "channel": "C0123456789"}]',
  );
}

/** @throws ConfigurationError as above. */
export function parseAccountNames(setting: string, text: string): Readonly<Record<string, string>> {
  return parseSetting(setting, text, accountNameMap, 'a JSON object such as {"111122223333": "ml-prod"}');
}

/** All channels that something may be told in, the main one first. */
export function channelsIn({
  channel,
  routes,
}: Pick<NotifySettings, 'channel' | 'routes'>): readonly string[] {
  return [...new Set([channel, ...routes.map((route) => route.channel)])];
}

/** How messages in `channel` are worded. */
export function readerOf(settings: NotifySettings, channel: string): Reader {
  const own = settings.routes.find((route) => route.channel === channel && route.mentionFrom !== undefined);
  const mentionFrom = own?.mentionFrom ?? settings.mentionFrom;
  return {
    accountNames: settings.accountNames,
    ...(settings.logGroup !== undefined && { logGroup: settings.logGroup }),
    ...(mentionFrom && { mentionFrom }),
  };
}

function parseSetting<Schema extends z.ZodMiniType>(
  setting: string,
  text: string,
  schema: Schema,
  form: string,
): z.output<Schema> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new ConfigurationError(`${setting} is not JSON; it must be ${form}.`, { cause });
  }
  const parsed = z.safeParse(schema, json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue?.path.length ? ` at ${issue.path.join('.')}` : '';
  throw new ConfigurationError(
    `${setting} is wrong${where} (${issue?.message ?? 'unreadable'}); it must be ${form}. Levels are ${LEVELS.join(', ')}.`,
  );
}
