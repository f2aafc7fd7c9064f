import { Command } from 'commander';
import { DEFAULT_STACK } from '../aws/default-stack.ts';
import type { RedriveOptions } from '../redrive/run-redrive.ts';

const help = `
[queue] is responder (what no function could take), runs (scheduled runs that failed), slack (notices that Slack did not take), or
an extra region (events that could not be forwarded); without it all of them. An interruption whose notice is over is named and thrown away, never acted on.
--json holds every letter whole: keep it where you want to keep what is thrown away.
Needs of you, on the dead-letter queues: sqs:ReceiveMessage, DeleteMessage, ChangeMessageVisibility, GetQueueAttributes,
GetQueueUrl, StartMessageMoveTask and ListMessageMoveTasks; sqs:SendMessage on the others.
Exit codes: 0 done, or nothing there · 1 refused, or something is left · 2 wrong flag, queue or stack · 130 stopped`;

/** `spot-responder redrive`: what ended in a dead-letter queue, shown and sent again. */
export function redriveCommand(): Command {
  return new Command('redrive')
    .description('Show what ended in the dead-letter queues, and send again what can still be acted on.')
    .argument('[queue]', 'responder, runs, slack, or an extra region; else all')
    .option('--dry-run', 'show only')
    .option('--yes', 'do not ask; needed where there is no terminal')
    .option('--region <region>', 'Region of the stack; else AWS_REGION or your profile')
    .option('--stack <name>', "the responder's CloudFormation stack", DEFAULT_STACK)
    .option('--json', 'print one object')
    .addHelpText('after', help)
    .action(async (queue: string | undefined, options: RedriveOptions) => {
      const { runRedrive } = await import('../redrive/run-redrive.ts');
      process.exitCode = await runRedrive(queue, options);
    });
}
