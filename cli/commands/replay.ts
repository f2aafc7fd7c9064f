import { Command, Option } from 'commander';
import { ConfigurationError } from '../../functions/errors.ts';
import type { ReplayOptions } from '../replay/options.ts';
import { scenarios } from '../replay/scenarios.ts';

/** What names and addresses of the fleet have room for. */
const MOST_NODES = 5000;

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
    .option(
      '--real',
      "start a real control plane on this machine, fill it with a fleet, replay on it; a stand-in answers for the training Job's checkpoint",
    )
    .option('--nodes <n>', 'a storm on a fleet of so many nodes', wholeNumber('--nodes'))
    .option('--interrupt <m>', 'how many of them are interrupted at once', wholeNumber('--interrupt'))
    .option('--dry-run', 'send the plan with dryRun=All: the server checks it and changes nothing')
    .option('--kubeconfig <file>', 'use the cluster of this kubeconfig; a dry run unless --execute')
    .option('--context <name>', 'context within the kubeconfig')
    .option('--cluster <name>', 'name of that cluster (with --kubeconfig or --real)')
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
      const { runReplay } = await import('../replay/run.ts');
      process.exitCode = await runReplay(files, options);
    });
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 200))
    throw new ConfigurationError(`--speed is "${text}"; it must be a number above 0 and up to 200.`);
  return value;
}

function wholeNumber(flag: string): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^[0-9]+$/.test(text) && value >= 1 && value <= MOST_NODES) return value;
    throw new ConfigurationError(`${flag} is "${text}"; it must be a whole number from 1 to ${MOST_NODES}.`);
  };
}
