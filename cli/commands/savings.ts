import { Command } from 'commander';
import type { SavingsOptions } from '../savings/run-savings.ts';

const help = `
Reads the responder's table with your AWS credentials (dynamodb:Query on it); AWS_REGION or your profile says which
Region. Nodes are counted once a minute from the day of deployment on; docs/savings.md says how, and what is left out.
Exit codes: 0 shown · 1 the table cannot be read: the message says why · 2 wrong flag`;

/** `spot-responder savings`: what spot saved, and what its interruptions cost. */
export function savingsCommand(): Command {
  return new Command('savings')
    .description('Show what spot saved, pool by pool, and what its interruptions cost.')
    .option('--table <name>', 'the stack\'s table (its output "IncidentTable"); else INCIDENT_TABLE')
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
