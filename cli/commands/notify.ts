import { Command } from 'commander';
import { ConfigurationError } from '../../functions/errors.ts';
import type { TrialOptions } from '../notify/run-trial.ts';

interface Options extends TrialOptions {
  readonly preview?: true;
  readonly test?: true;
  readonly out: string;
}

const help = `
--test reads SLACK_SECRET, SLACK_CHANNEL and SLACK_ROUTES as the notifier does; without AWS, SLACK_TOKEN.
Exit codes: 0 done · 1 not told in every channel · 2 wrong flag or setting`;

/** `spot-responder notify`: looks at what people are told, and whether they are. */
export function notifyCommand(): Command {
  return new Command('notify')
    .description('Look at what people are told in Slack, and try whether they can be told.')
    .option(
      '--preview',
      'render every kind of message: in the terminal, as JSON, as a page that looks like Slack',
    )
    .option('--out <folder>', 'where --preview writes', 'slack-preview')
    .option('--test', 'tell a sample in every channel of the configuration, and name what is wrong')
    .option('--channel <id>', 'with --test: only in this channel, or by the webhook of this name')
    .option(
      '--secret <name>',
      'with --test: name or ARN of the secret in AWS Secrets Manager, or ssm:/NAME for a parameter',
    )
    .option('--json', 'with --test: print the result as JSON')
    .addHelpText('after', help)
    .action(async (options: Options) => {
      process.exitCode = await run(options);
    });
}

async function run(options: Options): Promise<number> {
  const chosen = (['preview', 'test'] as const).filter((each) => options[each]);
  if (chosen.length !== 1)
    throw new ConfigurationError(
      'notify: say what to do: --preview renders every kind of message, --test tells a sample. (spot-responder redrive slack sends dead notices again.)',
    );
  if (!options.test && (options.channel !== undefined || options.secret !== undefined))
    throw new ConfigurationError('notify: --channel and --secret go with --test only.');
  if (options.test) return (await import('../notify/run-trial.ts')).runTrial(options);
  await (await import('../notify/preview.ts')).previewMessages(options.out);
  return 0;
}
