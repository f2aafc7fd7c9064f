import type { PriceAnswers } from './answers.ts';
import { askAdvisor } from './ask-advisor.ts';
import { askOnDemand, askPlacementScores, askSpotPrices, type PriceClients } from './ask-aws.ts';
import { WINDOW_MS } from './summary.ts';

export interface PriceQuestion {
  readonly region: string;
  readonly instanceTypes: readonly string[];
  readonly targetCapacity: number;
  readonly advisorUrl: string;
  readonly at: Date;
}

/** Asks all that is known of prices, side by side. What cannot be had is a refusal in its part of the answer. */
export async function askPrices(clients: PriceClients, question: PriceQuestion): Promise<PriceAnswers> {
  const { advisorUrl, at, instanceTypes, region, targetCapacity } = question;
  const weekAgo = new Date(at.getTime() - WINDOW_MS);
  const [products, spot, scores, advisor] = await Promise.all([
    askOnDemand(clients, region, instanceTypes),
    askSpotPrices(clients, instanceTypes, weekAgo, at),
    askPlacementScores(clients, region, instanceTypes, targetCapacity),
    askAdvisor(advisorUrl, region, instanceTypes),
  ]);
  return {
    region,
    askedAt: at.toISOString(),
    instanceTypes: [...instanceTypes],
    targetCapacity,
    GetProducts: products,
    DescribeSpotPriceHistory: spot,
    GetSpotPlacementScores: scores,
    spotAdvisor: advisor,
  };
}
