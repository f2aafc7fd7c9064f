import { type Clock, scaledClock } from '../../functions/clock.ts';
import { deliverNotices } from '../../functions/notify/deliver.ts';
import { dynamoLedger } from '../../functions/notify/ledger/ledger.ts';
import type { NotifySettings } from '../../functions/notify/settings.ts';
import type { SlackAccess } from '../../functions/notify/slack/access.ts';
import { slackSpeaker } from '../../functions/notify/speaker.ts';
import { startSimulatedAccount } from '../../simulator/account/account.ts';
import { type Invoke, serveQueue } from '../../simulator/account/event-source.ts';
import { type SimulatedSlack, startSimulatedSlack } from '../../simulator/slack/slack.ts';
import { type SimulatedTable, startSimulatedTable } from '../../simulator/table/table.ts';
import { type Figures, measure } from './figures.ts';
import { makeStorm, type Timed } from './storm.ts';

export interface BenchOptions {
  readonly interruptions: number;
  /** That they are spread over. */
  readonly clusters: number;
  /** Over which the notices are spread. */
  readonly seconds: number;
  /** Times as fast as real time. */
  readonly speed: number;
  readonly by: 'bot' | 'webhook';
  /** Environments of the Lambda at once. */
  readonly environments: number;
  /** In [0, 1): the same numbers make the same storm. */
  readonly random: () => number;
}

/**
 * A storm through the real notifier: events come late, shuffled and one in twenty twice, through a queue with Lambda's
 * batches, into the Slack emulator behind a door that enforces Slack's limits. The table is a real one.
 */
export async function runStorm(options: BenchOptions): Promise<Figures> {
  const start = new Date('2026-11-20T10:00:00Z');
  const clock = scaledClock(options.speed, start);
  const storm = makeStorm({ ...options, start });
  const [slack, table, account] = await Promise.all([
    startSimulatedSlack({ clock }),
    startSimulatedTable(),
    startSimulatedAccount({ clock, region: 'us-east-2' }),
  ]);
  const environments = Array.from({ length: options.environments }, () =>
    environment(clock, slack, table, options.by),
  );
  const queue = account.addQueue({
    name: 'spot-responder-notices',
    visibilitySeconds: LONGEST_RUN_SECONDS,
    maxReceiveCount: 20,
  });
  const serving = serveQueue(queue, clock, { environments, batchSize: 100, windowSeconds: 1 });
  try {
    await send(storm, clock, start, options.random, queue.send);
    await serving.drained();
    return await measure({ storm, start, slack, dead: queue.deadLetters.length });
  } finally {
    await serving.close();
    await Promise.all([slack.close(), table.close(), account.close()]);
  }
}

/** EventBridge and SQS: up to three seconds late, so out of order; one in twenty comes twice. */
async function send(
  storm: readonly Timed[],
  clock: Clock,
  start: Date,
  random: () => number,
  put: (body: string) => void,
): Promise<void> {
  const twice = storm.flatMap((event) => (random() < 0.05 ? [event, event] : [event]));
  const late = twice
    .map(({ afterSeconds, announced }) => ({
      dueAt: start.getTime() + (afterSeconds + random() * 3) * 1000,
      announced,
    }))
    .toSorted((one, other) => one.dueAt - other.dueAt);
  for (const { dueAt, announced } of late) {
    const wait = dueAt - clock.now().getTime();
    if (wait > 0) await clock.sleep(wait);
    const detail = { schemaVersion: 1, ...announced.detail };
    put(JSON.stringify({ source: 'spot-responder', 'detail-type': announced.type, detail }));
  }
}

/** As the stack sets them. */
const LONGEST_RUN_SECONDS = 180;
const MARGIN_SECONDS = 10;

function environment(
  clock: Clock,
  slack: SimulatedSlack,
  table: SimulatedTable,
  by: BenchOptions['by'],
): Invoke {
  const settings: NotifySettings = {
    channel: slack.channel,
    routes: [],
    mentionFrom: 'critical',
    tellRebalances: false,
    windowSeconds: 120,
    accountNames: {},
  };
  const access: SlackAccess =
    by === 'bot'
      ? { type: 'bot', token: slack.token }
      : { type: 'webhooks', urls: { default: slack.webhookUrl } };
  const random = Math.random;
  const secret = { read: async () => access, forget: () => undefined };
  const speak = slackSpeaker({ clock, random, log: silent, secret, settings, apiUrl: slack.apiUrl });
  const ledger = dynamoLedger({ client: table.client(), table: table.tableName, clock, random });
  return async (messages) => {
    const until = new Date(clock.now().getTime() + (LONGEST_RUN_SECONDS - MARGIN_SECONDS) * 1000);
    const deps = { clock, log: silent, ledger, speak, settings };
    const { batchItemFailures } = await deliverNotices({ Records: messages }, deps, until);
    return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
  };
}

const silent = {
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  with: () => silent,
};
