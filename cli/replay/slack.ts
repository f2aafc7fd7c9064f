import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type Clock, systemClock } from '../../functions/clock.ts';
import { readNotifySettings } from '../../functions/config.ts';
import { ConfigurationError } from '../../functions/errors.ts';
import { deliverNotices } from '../../functions/notify/deliver.ts';
import { dynamoLedger } from '../../functions/notify/ledger/ledger.ts';
import { DEFAULT_CHANNEL, type NotifySettings } from '../../functions/notify/settings.ts';
import { type SpeakerDeps, slackSpeaker } from '../../functions/notify/speaker.ts';
import { type Invoke, serveQueue } from '../../simulator/account/event-source.ts';
import type { SlackCall } from '../../simulator/slack/proxy.ts';
import { type SimulatedSlack, type SlackThread, startSimulatedSlack } from '../../simulator/slack/slack.ts';
import { readSlackAtHand } from '../at-hand.ts';
import { awsSettings, type WorldAddress } from './embedded-deps.ts';
import type { ReplayOptions } from './options.ts';
import { printingLog } from './printing-log.ts';
import type { ReplayWorld } from './replay-world.ts';

/** A real workspace to tell, instead of the emulator. */
export interface Workspace {
  readonly token: string;
  readonly channel: string;
}

/** What Slack shows when the replay is over; a real workspace shows it itself. */
export type Conversation =
  | {
      readonly type: 'emulated';
      readonly startedAt: Date;
      readonly threads: readonly SlackThread[];
      readonly calls: readonly SlackCall[];
    }
  /** `untold`: events that Slack did not take. */
  | { readonly type: 'real'; readonly channel: string; readonly untold: number };

export interface SlackReplay {
  /** The emulator; absent with a real workspace. */
  readonly slack?: SimulatedSlack;
  /** Resolves when all that was announced has been told; rejects when `stopped` aborts first. */
  finish(stopped: AbortSignal): Promise<Conversation>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

/** @throws ConfigurationError when a workspace is asked for and its token or channel is not given. */
export function chooseWorkspace({ slackToken, slackChannel }: ReplayOptions): Workspace | undefined {
  if (!slackToken) return undefined;
  const token = slackToken === true ? readSlackAtHand().token : slackToken;
  const channel = slackChannel ?? readNotifySettings().channel;
  if (!token)
    throw new ConfigurationError(
      '--slack-token has no value; give the bot token (xoxb-…), or set SLACK_TOKEN.',
    );
  if (channel === DEFAULT_CHANNEL)
    throw new ConfigurationError(
      '--slack-token needs a channel: give --slack-channel C0123456789, or set SLACK_CHANNEL.',
    );
  // As when an event file follows the flag. What was given is not shown: it may be a secret with a slip in it.
  if (!token.startsWith('xoxb-'))
    throw new ConfigurationError(
      '--slack-token is no bot token (xoxb-…); put the token into SLACK_TOKEN and give the flag last.',
    );
  return { token, channel };
}

/**
 * Runs the notifier beside a replay, as deployed: the embedded account's bus, a queue, two environments of the function,
 * and Slack: the emulator with its limits enforced, or a real workspace.
 */
export async function startSlackReplay(
  world: Pick<ReplayWorld, 'account' | 'address' | 'clock'>,
  workspace: Workspace | undefined,
  limits: Pick<SpeakerDeps, 'timeoutMilliseconds'> = {},
): Promise<SlackReplay> {
  // A real workspace counts real seconds.
  const clock = workspace ? systemClock : world.clock;
  const startedAt = clock.now();
  const slack = workspace ? undefined : await startSimulatedSlack({ clock });
  // A token that Slack refuses is refused the second time too: who looks on need not wait for an hour of deliveries.
  const queue = world.account.addQueue({
    name: 'spot-responder-notices',
    visibilitySeconds: LONGEST_RUN_SECONDS,
    maxReceiveCount: 2,
  });
  world.account.addRule(queue);
  const environments = [0, 1].map(() => environment(clock, world.address, slack, workspace, limits));
  const serving = serveQueue(queue, clock, { environments, batchSize: 100, windowSeconds: 1 });
  return {
    ...(slack && { slack }),
    finish: async (stopped) => {
      await serving.drained(stopped);
      if (!slack)
        return { type: 'real', channel: workspace?.channel ?? '', untold: queue.deadLetters.length };
      const threads = await slack.read(slack.channel);
      return { type: 'emulated', startedAt, threads, calls: slack.calls };
    },
    [Symbol.asyncDispose]: async () => {
      await serving.close();
      await slack?.close();
    },
  };
}

const LONGEST_RUN_SECONDS = 60;

/** One execution environment of the notifier. */
function environment(
  clock: Clock,
  address: WorldAddress,
  slack: SimulatedSlack | undefined,
  workspace: Workspace | undefined,
  limits: Pick<SpeakerDeps, 'timeoutMilliseconds'>,
): Invoke {
  const settings: NotifySettings = {
    channel: workspace?.channel ?? slack?.channel ?? '',
    routes: [],
    tellRebalances: false,
    windowSeconds: 120,
    accountNames: {},
  };
  const token = workspace?.token ?? slack?.token ?? '';
  const secret = { read: async () => ({ type: 'bot', token }) as const, forget: () => undefined };
  const client = new DynamoDBClient({
    ...awsSettings(address),
    endpoint: address.tableEndpoint,
    maxAttempts: 1,
  });
  const random = Math.random;
  const ledger = dynamoLedger({ client, table: address.tableName, clock, random });
  const log = printingLog(process.stderr);
  const speak = slackSpeaker({
    clock,
    random,
    log,
    secret,
    settings,
    ...limits,
    ...(slack && { apiUrl: slack.apiUrl }),
  });
  return async (messages) => {
    const until = new Date(clock.now().getTime() + LONGEST_RUN_SECONDS * 1000);
    const batch = { Records: messages };
    const { batchItemFailures } = await deliverNotices(batch, { clock, log, ledger, speak, settings }, until);
    return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
  };
}
