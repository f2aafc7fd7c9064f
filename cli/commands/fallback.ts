import { Command, Option } from 'commander';
import { ConfigurationError } from '../../functions/errors.ts';
import { DEFAULT_STACK } from '../aws/default-stack.ts';
import { checkWayIn } from '../way-in.ts';

interface Options {
  readonly region?: string;
  readonly table?: string;
  readonly stack: string;
  readonly homeRegion?: string;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** `spot-responder fallback`: looks at the on-demand fallback of a live account. */
export function fallbackCommand(): Command {
  const explain = new Command('explain')
    .description(
      "a pool's state now, what its next run decides, and the arithmetic behind it; writes nothing",
    )
    .argument('<pool>', 'NAME, or CLUSTER/NAME where several clusters have a pool of that name')
    .addOption(new Option('--region <region>', 'AWS Region').env('AWS_REGION'))
    .option(
      '--table <name>',
      "the stack's table, for what the pool remembers; else INCIDENT_TABLE, else the one that the stack names",
    )
    .option('--stack <name>', "the responder's CloudFormation stack", DEFAULT_STACK)
    .option('--home-region <region>', 'Region of the stack and its table, where the pool is in an extra one')
    .option('--dry-run', 'decide on the account as if the pool were met for the first time, without a table')
    .option('--kubeconfig <file>', 'reach the cluster by this file; without it by an EKS token')
    .option('--context <name>', 'of the kubeconfig')
    .option('--json', 'print one object')
    .exitOverride()
    .action(async (pool: string, options: Options, command: Command) => {
      const { context, dryRun, homeRegion, json, kubeconfig, region } = options;
      checkWayIn(options);
      if (dryRun && options.table)
        throw new ConfigurationError('--dry-run reads no table; leave out --table, or --dry-run.');
      if (!region) throw new ConfigurationError('--region is missing: name the Region, or set AWS_REGION.');
      const { openLiveAccount } = await import('../fallback/live-account.ts');
      const { explainPool } = await import('../fallback/explain.ts');
      const { findTable } = await import('../aws/stack-table.ts');
      const table = dryRun ? undefined : await findTable({ ...options, region: homeRegion ?? region });
      const account = openLiveAccount({
        region,
        ...(table && { table }),
        ...(homeRegion && { homeRegion }),
        ...(kubeconfig && { kubeconfig }),
        ...(context && { context }),
      });
      const { json: fields, text } = await explainPool(account, pool);
      const print = command.configureOutput().writeOut ?? ((out: string) => void process.stdout.write(out));
      print(json ? `${JSON.stringify(fields, null, 2)}\n` : `${text}\n`);
    });
  return new Command('fallback')
    .description('Look at the on-demand fallback of a live account.')
    .addCommand(explain);
}
