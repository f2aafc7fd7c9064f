import { Command } from 'commander';
import { DEFAULT_STACK } from '../aws/default-stack.ts';
import type { StatusOptions } from '../status/run-status.ts';

const help = `
Reads the responder's table with your AWS credentials (dynamodb:Scan, Query and BatchGetItem on it, and
cloudformation:DescribeStacks to find it). Exit codes: 0 shown · 1 the table cannot be read: the message says why · 2 wrong flag`;

/** `spot-responder status`: open and recent incidents. */
export function statusCommand(): Command {
  return new Command('status')
    .description('Show open and recent incidents, from the table.')
    .option('--table <name>', "the stack's table; else INCIDENT_TABLE, else the one that the stack names")
    .option('--region <region>', 'Region of the stack; else AWS_REGION or your profile')
    .option('--stack <name>', "the responder's CloudFormation stack", DEFAULT_STACK)
    .option('--cluster <name>', 'only those of this cluster')
    .option('--since <time>', 'closed since: 90m, 24h, 7d, or an ISO time', '24h')
    .option('--json', 'print them as JSON')
    .addHelpText('after', help)
    .action(async (options: StatusOptions) => {
      const { runStatus } = await import('../status/run-status.ts');
      await runStatus(options);
    });
}
