import type { Clock } from '../../functions/clock.ts';
import type { Announced } from '../../functions/notify/announced.ts';
import { type DeliverDeps, deliverNotices } from '../../functions/notify/deliver.ts';
import { dynamoLedger } from '../../functions/notify/ledger/ledger.ts';
import type { NotifySettings } from '../../functions/notify/settings.ts';
import type { SlackAccess } from '../../functions/notify/slack/access.ts';
import type { SlackSecret } from '../../functions/notify/slack/secret.ts';
import { slackSpeaker } from '../../functions/notify/speaker.ts';
import { type SimulatedSlack, startSimulatedSlack } from '../../simulator/slack/slack.ts';
import { type SimulatedTable, startSimulatedTable } from '../../simulator/table/table.ts';
import { patientClock } from '../support/patient-clock.ts';
import { recordingLog } from '../support/recording-log.ts';

/** A notifier over a real table and a Slack with its limits, at many times the speed of the wall. */
export interface Scene {
  readonly clock: Clock;
  readonly slack: SimulatedSlack;
  readonly table: SimulatedTable;
  readonly logged: readonly string[];
  /** Delivers events as one batch; the ids of the records that failed are their places in the list. */
  readonly deliver: (events: readonly unknown[], seconds?: number) => Promise<readonly string[]>;
  /** Another environment of the same Lambda. */
  readonly another: () => Pick<Scene, 'deliver'>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

export interface SceneOptions {
  readonly settings?: Partial<NotifySettings>;
  readonly access?: (slack: SimulatedSlack) => SlackAccess;
  readonly speed?: number;
  readonly limited?: boolean;
  readonly tellDigest?: DeliverDeps['tellDigest'];
}

export async function openScene({
  settings,
  access,
  speed = 40,
  limited = true,
  tellDigest,
}: SceneOptions = {}): Promise<Scene> {
  const clock = patientClock(speed, new Date('2026-11-20T10:00:06Z'));
  const [slack, table] = await Promise.all([startSimulatedSlack({ clock, limited }), startSimulatedTable()]);
  const { log, lines } = recordingLog();
  const all: NotifySettings = {
    channel: slack.channel,
    routes: [],
    tellRebalances: false,
    windowSeconds: 120,
    accountNames: {},
    ...settings,
  };
  const environment = (): Pick<Scene, 'deliver'> => {
    const secret = secretOf(access ? () => access(slack) : () => ({ type: 'bot', token: slack.token }));
    const deps: DeliverDeps = {
      clock,
      log,
      settings: all,
      ...(tellDigest && { tellDigest }),
      ledger: dynamoLedger({ client: table.client(), table: table.tableName, clock, random: Math.random }),
      speak: slackSpeaker({
        clock,
        random: Math.random,
        log,
        secret,
        settings: all,
        apiUrl: slack.apiUrl,
        timeoutMilliseconds: 400,
      }),
    };
    return {
      deliver: async (events, seconds = 300) => {
        const Records = events.map((event, at) => ({ messageId: String(at), body: bodyOf(event) }));
        const until = new Date(clock.now().getTime() + seconds * 1000);
        const { batchItemFailures } = await deliverNotices({ Records }, deps, until);
        return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
      },
    };
  };
  return {
    clock,
    slack,
    table,
    logged: lines,
    ...environment(),
    another: environment,
    [Symbol.asyncDispose]: async () => {
      await Promise.all([slack.close(), table.close()]);
    },
  };
}

/** An event as EventBridge puts it into the queue. */
export function asEvent({ type, detail }: Announced): unknown {
  return { source: 'spot-responder', 'detail-type': type, detail: { schemaVersion: 1, ...detail } };
}

function bodyOf(event: unknown): string {
  return typeof event === 'string' ? event : JSON.stringify(event);
}

/** Reads anew only when told to forget, as the real one within its five minutes. */
function secretOf(read: () => SlackAccess): SlackSecret {
  let cached: SlackAccess | undefined;
  return {
    read: async () => {
      cached ??= read();
      return cached;
    },
    forget: () => {
      cached = undefined;
    },
  };
}
