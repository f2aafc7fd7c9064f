import { Command, Option } from 'commander';
import { ConfigurationError } from '../../functions/errors.ts';
import type { ReplayOptions } from '../replay/options.ts';
import { runReplay } from '../replay/run.ts';
import { scenarios } from '../replay/scenarios.ts';

const exitHelp = `
Exit codes: 0 node emptied in time (or nothing to do) · 1 failed · 2 wrong flag, file or event · 3 blocked by a
budget · 4 pods still terminating at the deadline · 5 no node of ours · 6 told or cordoned only, by policy ·
7 event older than its deadline · 130 stopped`;

export function replayCommand(): Command {
  return new Command('replay')
    .description('Replay interruption events: on an embedded cluster, or as a dry run on a real one.')
    .argument('[event.json...]', 'EventBridge events; several at once are a storm')
    .addOption(
      new Option('--scenario <name>', 'a scripted situation').choices(scenarios.map((each) => each.name)),
    )
    .option('--list', 'list the scenarios')
    .option('--kubeconfig <file>', 'use the cluster of this kubeconfig; a dry run unless --execute')
    .option('--context <name>', 'context within the kubeconfig')
    .option('--cluster <name>', 'name to show for that cluster')
    .option('--execute', 'really act on the real cluster')
    .option('--instance <id>', 'aim the event at this instance')
    .option('--node <name>', 'aim the event at the instance of this node (with --kubeconfig)')
    .option('--keep-time', "keep the event's own time instead of moving it to now")
    .option('--speed <n>', 'times as fast as real time (embedded cluster only)', positive)
    .option('--slack', 'also run the notifier, and show what Slack shows (an emulator with its limits)')
    .option('--slack-token [token]', 'tell a real workspace; without a value, the token in SLACK_TOKEN')
    .option('--slack-channel <id>', 'channel there; else the one in SLACK_CHANNEL')
    .option('--json', 'print one machine-readable result and nothing else')
    .addHelpText('after', exitHelp)
    .action(async (files: string[], options: ReplayOptions) => {
      process.exitCode = await runReplay(files, options);
    });
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 200))
    throw new ConfigurationError(`--speed is "${text}"; it must be a number above 0 and up to 200.`);
  return value;
}
