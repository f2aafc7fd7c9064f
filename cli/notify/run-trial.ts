import { systemClock } from '../../functions/clock.ts';
import { readNotifySettings } from '../../functions/config.ts';
import { ConfigurationError } from '../../functions/errors.ts';
import { channelsIn } from '../../functions/notify/settings.ts';
import { parseAccess } from '../../functions/notify/slack/access.ts';
import { type SlackSecret, slackSecret } from '../../functions/notify/slack/secret.ts';
import { readSlackAtHand } from '../at-hand.ts';
import { exitCodes } from '../exit-codes.ts';
import { type Trial, tryChannel } from './trial.ts';

export interface TrialOptions {
  readonly channel?: string;
  readonly secret?: string;
  readonly json?: true;
}

/** Tells a sample in every channel of the configuration, or in the one given. Returns the exit code. */
export async function runTrial(options: TrialOptions): Promise<number> {
  const settings = readNotifySettings();
  const { apiUrl, ...atHand } = readSlackAtHand();
  const secret = chooseSecret({
    ...atHand,
    ...(options.secret !== undefined && { secretPlace: options.secret }),
  });
  const channels = options.channel === undefined ? channelsIn(settings) : [options.channel];
  const deps = { clock: systemClock, random: Math.random, secret, settings, ...(apiUrl && { apiUrl }) };
  const trials: Trial[] = [];
  for (const channel of channels) trials.push(await tryChannel(channel, deps));
  if (options.json) console.log(JSON.stringify(trials, null, 2));
  else for (const trial of trials) console.log(describe(trial));
  return trials.every(({ type }) => type === 'told') ? exitCodes.ok : exitCodes.failed;
}

/** The token at hand is for a try without AWS; else the secret is read as the notifier reads it. */
function chooseSecret({ secretPlace, token }: { secretPlace?: string; token?: string }): SlackSecret {
  if (secretPlace !== undefined) return slackSecret({ aws: {}, place: secretPlace, clock: systemClock });
  if (token === undefined)
    throw new ConfigurationError(
      'notify --test: no access to Slack. Name the secret with --secret or SLACK_SECRET, as the notifier reads it; or, to try without AWS, put a bot token (xoxb-…) or a webhook URL into SLACK_TOKEN.',
    );
  const access = parseAccess('SLACK_TOKEN', token);
  return { read: async () => access, forget: () => undefined };
}

function describe(trial: Trial): string {
  switch (trial.type) {
    case 'told':
      return [
        `${trial.channel}: told. Look for "Emptied with 89 s to spare" in the channel.`,
        ...trial.notes.map((note) => `  note: ${note}`),
      ].join('\n');
    case 'not-told':
      return `${trial.channel}: not told. ${trial.reason}`;
  }
}
