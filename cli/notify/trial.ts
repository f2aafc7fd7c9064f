import type { Clock } from '../../functions/clock.ts';
import { ConfigurationError } from '../../functions/errors.ts';
import type { Log } from '../../functions/log.ts';
import type { Spoken } from '../../functions/notify/publish.ts';
import type { NotifySettings } from '../../functions/notify/settings.ts';
import type { SlackSecret } from '../../functions/notify/slack/secret.ts';
import { slackSpeaker } from '../../functions/notify/speaker.ts';
import { openTrialHold } from './trial-hold.ts';
import { sampleEnd, sampleReceipt } from './trial-story.ts';

export interface TrialDeps {
  readonly clock: Clock;
  readonly random: () => number;
  readonly secret: SlackSecret;
  readonly settings: NotifySettings;
  /** @default Slack's own */
  readonly apiUrl?: string;
  /** Wall time of one call to Slack. @default 8000 */
  readonly timeoutMilliseconds?: number;
}

/** What became of a sample in one channel. */
export type Trial =
  /** `notes`: it works, and something would work better. */
  | { readonly type: 'told'; readonly channel: string; readonly notes: readonly string[] }
  /** `reason` ends with what to do. */
  | { readonly type: 'not-told'; readonly channel: string; readonly reason: string };

/** Who tries out a channel waits no longer. */
const PATIENCE_MS = 20_000;

/**
 * Tells a sample interruption in one channel, through all that a real one goes through but queue and table: a look for
 * an earlier post, the receipt, its edit to an end, the thread.
 *
 * @throws AwsCallError, ConfigurationError when the secret cannot be had or holds no access.
 */
export async function tryChannel(channel: string, deps: TrialDeps): Promise<Trial> {
  const { clock } = deps;
  await deps.secret.read();
  const notes: string[] = [];
  const speak = slackSpeaker({ ...deps, log: notingLog(notes) });
  const now = clock.now();
  const hold = openTrialHold(['interruptions', channel, 'test', 'test', now.toISOString()].join('#'), now);
  const until = new Date(now.getTime() + PATIENCE_MS);
  for (const story of [sampleReceipt(now), sampleEnd(now)]) {
    const spoken = await speakPlainly(() => speak(hold, [story], until));
    if (spoken.type !== 'said') return { type: 'not-told', channel, reason: spoken.reason };
  }
  return { type: 'told', channel, notes };
}

/** A webhook that the secret lacks concerns its channel only. */
async function speakPlainly(speak: () => Promise<Spoken>): Promise<Spoken> {
  try {
    return await speak();
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return { type: 'refused', reason: error.message };
  }
}

function notingLog(notes: string[]): Log {
  const note = (message: string, fields: Readonly<Record<string, unknown>> = {}) => {
    notes.push([message, fields.reason].filter(Boolean).join(': '));
  };
  const log: Log = { info: () => undefined, warn: note, error: note, with: () => log };
  return log;
}
