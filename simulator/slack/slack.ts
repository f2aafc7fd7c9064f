import { createEmulator } from 'emulate';
import { z } from 'zod';
import type { Clock } from '../../functions/clock.ts';
import type { FaultOrder } from './faults.ts';
import { type SlackCall, startSlackProxy } from './proxy.ts';

/** A Slack workspace on this machine, spoken to over its Web API and an incoming webhook. */
export interface SimulatedSlack {
  /** For `WebClient`'s `slackApiUrl`. */
  readonly apiUrl: string;
  readonly webhookUrl: string;
  /** Id of the channel `general`, into which the webhook posts too. */
  readonly channel: string;
  /** Id of another channel. */
  readonly otherChannel: string;
  readonly token: string;
  readonly calls: readonly SlackCall[];
  inject(order: FaultOrder): void;
  /** Drops the faults that are left. */
  heal(): void;
  /** From now on only the new token is valid. */
  rotateToken(token: string): void;
  /** What the channel holds, oldest first, each with its thread. */
  read(channel: string): Promise<readonly SlackThread[]>;
  /** As a person does. */
  remove(channel: string, ts: string): Promise<void>;
  close(): Promise<void>;
}

interface SlackMessage {
  readonly ts: string;
  readonly text: string;
  readonly blocks: readonly unknown[];
  readonly broadcast: boolean;
  /** Of the message's metadata: which of ours it is. */
  readonly mark: string | undefined;
}

export interface SlackThread extends SlackMessage {
  readonly replies: readonly SlackMessage[];
}

export interface SimulatedSlackOptions {
  readonly clock: Clock;
  /** Enforce Slack's rate limits. @default true */
  readonly limited?: boolean;
}

const FIRST_TOKEN = 'xoxb-simulated-first';

export async function startSimulatedSlack({
  clock,
  limited = true,
}: SimulatedSlackOptions): Promise<SimulatedSlack> {
  const emulator = await createEmulator({ service: 'slack', port: 0 });
  let tokens = [FIRST_TOKEN];
  const proxy = await startSlackProxy({ upstream: emulator.url, clock, tokens: () => tokens, limited });
  const ask = (method: string, body: Readonly<Record<string, string>>) =>
    askEmulator(emulator.url, method, body);
  const repliesTo = async (channel: string, ts: string) => {
    const { messages } = await ask('conversations.replies', { channel, ts, limit: '1000' });
    return messages.filter((reply) => reply.ts !== ts);
  };
  return {
    apiUrl: `${proxy.origin}/api/`,
    webhookUrl: `${proxy.origin}/services/T000000001/B000000001/X000000001`,
    channel: 'C000000001',
    otherChannel: 'C000000002',
    token: FIRST_TOKEN,
    calls: proxy.calls,
    inject: (order) => proxy.faults.add(order),
    heal: () => proxy.faults.clear(),
    rotateToken: (token) => {
      tokens = [token];
    },
    read: async (channel) => {
      const { messages } = await ask('conversations.history', { channel, limit: '1000' });
      const oldestFirst = messages.toSorted((one, other) => (one.ts < other.ts ? -1 : 1));
      return Promise.all(
        oldestFirst.map(async (parent) => ({ ...parent, replies: await repliesTo(channel, parent.ts) })),
      );
    },
    remove: async (channel, ts) => {
      await ask('chat.delete', { channel, ts });
    },
    close: async () => {
      await Promise.all([proxy.close(), emulator.close()]);
    },
  };
}

const Answer = z.object({
  ok: z.literal(true),
  messages: z
    .array(
      z
        .object({
          ts: z.string(),
          text: z.string(),
          blocks: z.array(z.unknown()).default([]),
          reply_broadcast: z.boolean().default(false),
          metadata: z.object({ event_payload: z.object({ mark: z.string() }) }).optional(),
        })
        .transform(({ ts, text, blocks, reply_broadcast: broadcast, metadata }) => ({
          ts,
          text,
          blocks,
          broadcast,
          mark: metadata?.event_payload.mark,
        })),
    )
    .default([]),
});

async function askEmulator(url: string, method: string, body: Readonly<Record<string, string>>) {
  const answer = await fetch(`${url}/api/${method}`, {
    method: 'POST',
    headers: { authorization: 'Bearer xoxb-reader', 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(body),
  });
  return Answer.parse(await answer.json());
}
