import * as z from 'zod/mini';
import type { Clock } from '../clock.ts';
import type { Overview, Sighting } from '../incidents/overview.ts';
import type { Log } from '../log.ts';
import type { Ledger } from './ledger/ledger.ts';
import { tellDigest } from './message/digest.ts';
import { type Published, publish, type Speak } from './publish.ts';
import { mainChannel } from './routing.ts';
import { type ScriptOf, scriptOnce } from './script.ts';
import type { NotifySettings } from './settings.ts';

export interface DigestDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly ledger: Ledger;
  readonly overview: Pick<Overview, 'closed'>;
  /** What spot saved, in sentences, of the clusters that are wanted. */
  readonly savings: (
    from: Date,
    to: Date,
    isWanted: (cluster: string) => boolean,
  ) => Promise<readonly string[]>;
  readonly settings: NotifySettings;
  /** Speaks by a script of its own. */
  readonly speakBy: (scriptOf: ScriptOf) => Speak;
}

/** What the schedule sends: the time it was meant for, the same in every try. */
export interface DigestRequest {
  readonly scheduledAt: Date;
}

const request = z.object({ digest: z.literal('weekly'), time: z.iso.datetime() });

/** `undefined` for whatever else a record of the notifier holds. */
export function readDigestRequest(content: unknown): DigestRequest | undefined {
  const parsed = request.safeParse(content);
  return parsed.success ? { scheduledAt: new Date(parsed.data.time) } : undefined;
}

const WEEK_MS = 7 * 24 * 3600 * 1000;

/**
 * Tells each channel of the seven days before the schedule's time: the main channel always, so that silence means that
 * something is wrong, the others when one of their clusters had an interruption. One digest a week and channel, however
 * often it is asked for.
 *
 * @throws Error naming the channels that were not told, so that the record is delivered again.
 */
export async function publishDigest(
  { scheduledAt }: DigestRequest,
  deps: DigestDeps,
  until: Date,
): Promise<void> {
  const from = new Date(scheduledAt.getTime() - WEEK_MS);
  const sightings = await deps.overview.closed(from, scheduledAt);
  const failures: string[] = [];
  for (const [channel, own] of byChannel(sightings, deps.settings)) {
    const message = tellDigest(own, from, scheduledAt, await savingsOf(channel, deps, from, scheduledAt));
    const conversation = ['digest', channel, isoWeek(scheduledAt)].join('#');
    const published = await publishOnce(conversation, deps, () => scriptOnce(message), until);
    if (published.type === 'shown' || published.type === 'busy') continue;
    deps.log.error('Digest was not told', { conversation, reason: published.reason });
    failures.push(channel);
  }
  if (failures.length > 0) throw new Error(`The digest was not told in ${failures.join(', ')}; see the log.`);
}

/** A digest without its savings is better than none. */
async function savingsOf(
  channel: string,
  { log, savings, settings }: DigestDeps,
  from: Date,
  to: Date,
): Promise<readonly string[]> {
  try {
    return await savings(from, to, (cluster) => mainChannel(cluster, settings) === channel);
  } catch (error) {
    log.warn('Savings left out of the digest', { channel, error: String(error) });
    return [];
  }
}

function byChannel(
  sightings: readonly Sighting[],
  settings: NotifySettings,
): ReadonlyMap<string, readonly Sighting[]> {
  const groups = Map.groupBy(sightings, ({ cluster }) => mainChannel(cluster, settings));
  return new Map<string, readonly Sighting[]>([[settings.channel, []], ...groups]);
}

/** A digest that is there stays as it is, also when it is asked for again with a later time. */
async function publishOnce(
  conversation: string,
  { clock, ledger, speakBy }: DigestDeps,
  scriptOf: ScriptOf,
  until: Date,
): Promise<Published> {
  await ledger.markChanged(conversation);
  const speakAnew = speakBy(scriptOf);
  const speak: Speak = async (hold, stories, deadline) =>
    hold.shown().parent?.content === undefined ? speakAnew(hold, stories, deadline) : { type: 'said' };
  return publish(conversation, { clock, ledger, speak }, until);
}

/** `2026-W47`, by UTC. The Thursday of a week is in the week's year. */
export function isoWeek(at: Date): string {
  const day = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()));
  day.setUTCDate(day.getUTCDate() + 4 - (day.getUTCDay() || 7));
  const yearStart = Date.UTC(day.getUTCFullYear(), 0, 1);
  const week = Math.ceil(((day.getTime() - yearStart) / 86_400_000 + 1) / 7);
  return `${day.getUTCFullYear()}-W${String(week).padStart(2, '0')}`;
}
