import type { Savings } from './savings.ts';

/** The sums in sentences, for the command line and for Slack; empty when nothing was counted. */
export function describeSavings({ minutes, total }: Savings): readonly string[] {
  const { savedDollars, spotDollars, onDemandDollars, spotHours, onDemandHours } = total;
  if (spotHours + onDemandHours + total.otherHours === 0) return [];
  const listed = spotDollars + savedDollars;
  const share = listed > 0 ? ` (${Math.round((savedDollars / listed) * 100)}% of its on-demand price)` : '';
  return [
    `Spot saved ${dollars(savedDollars)}${share} in ${hours(spotHours)} node hours; ${hours(onDemandHours)} ran on demand. Spent: ${dollars(spotDollars + onDemandDollars)} at list prices.`,
    ...describeTraining(total),
    ...(total.unpricedHours > 0
      ? [`${hours(total.unpricedHours)} node hours have no price yet, or none that is known.`]
      : []),
    ...(total.otherHours > 0
      ? [`${hours(total.otherHours)} node hours ran on reserved or unknown capacity, without a price here.`]
      : []),
    ...(minutes.unknown > 0
      ? [
          `In ${minutes.unknown} of ${minutes.seen + minutes.unknown} minutes nobody counted: they are in no sum.`,
        ]
      : []),
  ];
}

function describeTraining({ keptGpuHours, lostGpuHours, missedSaves, saves }: Savings['total']): string[] {
  if (saves + missedSaves === 0) return [];
  const kept = `${saves} checkpoint ${saves === 1 ? 'save' : 'saves'} kept ${hours(keptGpuHours)} GPU hours`;
  const lost = missedSaves === 0 ? '' : `; ${missedSaves} without a save lost at most ${hours(lostGpuHours)}`;
  return [`${kept}${lost}.`];
}

function dollars(amount: number): string {
  return `$${amount.toFixed(2)}`;
}

function hours(amount: number): string {
  return amount.toFixed(1);
}
