import { Command } from 'commander';
import { DEFAULT_STACK } from '../aws/default-stack.ts';
import type { SavingsOptions } from '../savings/run-savings.ts';

const help = `
Reads the responder's table with your AWS credentials (dynamodb:Query on it, and cloudformation:DescribeStacks to find
it). Nodes are counted once a minute from the day of deployment on; docs/savings.md says how, and what is left out.
Exit codes: 0 shown · 1 the table cannot be read: the message says why · 2 wrong flag`;

/** `spot-responder savings`: what spot saved, and what its interruptions cost. */
export function savingsCommand(): Command {
  return new Command('savings')
    .description('Show what spot saved, pool by pool, and what its interruptions cost.')
    .option('--table <name>', "the stack's table; else INCIDENT_TABLE, else the one that the stack names")
    .option('--region <region>', 'Region of the stack; else AWS_REGION or your profile')
    .option('--stack <name>', "the responder's CloudFormation stack", DEFAULT_STACK)
    .option('--cluster <name>', 'only this cluster')
    .option('--since <time>', 'since: 24h, 30d, or an ISO time', '30d')
    .option('--html <file>', 'also write a page with charts')
    .option('--json', 'print them as JSON')
    .addHelpText('after', help)
    .action(async (options: SavingsOptions) => {
      const { runSavings } = await import('../savings/run-savings.ts');
      await runSavings(options);
    });
}
