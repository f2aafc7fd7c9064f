import { Command } from 'commander';
import type { PricesOptions } from '../prices/run-prices.ts';

const help = `
Asks with your AWS credentials (pricing:GetProducts, ec2:DescribeSpotPriceHistory, ec2:GetSpotPlacementScores) and
reads the Spot Instance Advisor's public data. What is refused or out of reach is said below the table.
Exit codes: 0 shown · 1 no price can be had: the message says why · 2 wrong flag, type or file`;

/** `spot-responder prices`: what instance types cost on demand and on spot, zone by zone. */
export function pricesCommand(): Command {
  return new Command('prices')
    .description('Show on-demand and spot prices, what spot saves, and how likely it is to be had.')
    .argument('[type...]', 'instance types; without any, six usual GPU types')
    .option('--region <region>', 'AWS Region; else AWS_REGION')
    .option('--capacity <n>', 'instances that the placement score is for', '5')
    .option('--recorded <file>', 'show recorded answers, and ask nobody')
    .option('--record <file>', 'write the answers down, for --recorded')
    .option('--json', 'print them as JSON')
    .addHelpText('after', help)
    .action(async (types: string[], options: PricesOptions) => {
      const { runPrices } = await import('../prices/run-prices.ts');
      await runPrices(types, options);
    });
}
