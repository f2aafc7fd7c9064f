import { Command } from 'commander';
import { ConfigurationError } from '../../functions/errors.ts';
import { previewMessages } from '../notify/preview.ts';

interface Options {
  readonly preview?: true;
  readonly out: string;
}

/** `spot-responder notify`: looks at what people are told. */
export function notifyCommand(): Command {
  return new Command('notify')
    .description('Look at what people are told in Slack.')
    .option(
      '--preview',
      'render every kind of message: in the terminal, as JSON, as a page that looks like Slack',
    )
    .option('--out <folder>', 'where --preview writes', 'slack-preview')
    .action(async (options: Options) => {
      if (!options.preview)
        throw new ConfigurationError('notify: say what to do: --preview renders every kind of message.');
      await previewMessages(options.out);
    });
}
