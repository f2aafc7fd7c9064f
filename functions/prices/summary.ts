import type { PriceAnswers } from './answers.ts';
import { interruptionRange } from './ask-advisor.ts';
import { onDemandPrices } from './on-demand.ts';
import { describeRefusal, isRefused } from './refusal.ts';
import { type PriceRange, priceAt, rangeOf, type SpotSeries, toSeries } from './spot-series.ts';

/** What the types cost now, in dollars an hour. */
export interface PriceSummary {
  readonly region: string;
  readonly at: Date;
  readonly types: readonly TypePrices[];
  readonly placement: readonly PlacementScore[];
  readonly targetCapacity: number;
  /** What could not be had, and why, for people. */
  readonly missing: readonly string[];
}

export interface TypePrices {
  readonly instanceType: string;
  readonly onDemand?: number | undefined;
  /** Share of instances that were interrupted in the last month, such as `5-10%`. */
  readonly interrupted?: string | undefined;
  /** Cheapest first. */
  readonly zones: readonly ZonePrice[];
}

export interface ZonePrice {
  readonly zone: string;
  readonly spot: number;
  /** Part of the on-demand price that spot saves; negative where spot costs more. */
  readonly savings?: number | undefined;
  readonly week: PriceRange;
}

/** 1 to 10; `zone` is an id such as `use1-az4` where its name is not known. */
interface PlacementScore {
  readonly zone: string;
  readonly score: number;
}

export const WINDOW_MS = 7 * 24 * 3_600_000;

export function summarisePrices(answers: PriceAnswers): PriceSummary {
  const { GetProducts, DescribeSpotPriceHistory, GetSpotPlacementScores, spotAdvisor } = answers;
  const at = new Date(answers.askedAt);
  const onDemand = onDemandPrices(isRefused(GetProducts) ? [] : GetProducts.PriceList);
  const series = toSeries(
    isRefused(DescribeSpotPriceHistory) ? [] : DescribeSpotPriceHistory.SpotPriceHistory,
  );
  const types = answers.instanceTypes.map((instanceType) => {
    const dollars = onDemand.get(instanceType);
    const zones = series
      .filter((each) => each.instanceType === instanceType)
      .flatMap((each) => zonePrice(each, at, dollars));
    return {
      instanceType,
      onDemand: dollars,
      interrupted: isRefused(spotAdvisor)
        ? undefined
        : interruptionRange(spotAdvisor, answers.region, instanceType),
      zones: zones.toSorted((one, other) => one.spot - other.spot || (one.zone < other.zone ? -1 : 1)),
    };
  });
  const placement = isRefused(GetSpotPlacementScores)
    ? []
    : toPlacement(GetSpotPlacementScores.SpotPlacementScores, series);
  const { region, targetCapacity } = answers;
  return { region, at, types, placement, targetCapacity, missing: missingOf(answers, types) };
}

function zonePrice(series: SpotSeries, at: Date, onDemand: number | undefined): readonly ZonePrice[] {
  const spot = priceAt(series, at);
  const week = rangeOf(series, new Date(at.getTime() - WINDOW_MS), at);
  if (spot === undefined || !week) return [];
  return [{ zone: series.zone, spot, savings: onDemand && 1 - spot / onDemand, week }];
}

type Scores = Exclude<PriceAnswers['GetSpotPlacementScores'], { refused: unknown }>['SpotPlacementScores'];

/** Zones are scored by id, which means the same in every account; prices name them as this account does. */
function toPlacement(scores: Scores, series: readonly SpotSeries[]): readonly PlacementScore[] {
  const names = new Map(series.map(({ zone, zoneId }) => [zoneId, zone]));
  return scores
    .map(({ AvailabilityZoneId: id, Region, Score: score }) => ({
      zone: names.get(id ?? '') ?? id ?? Region ?? 'the Region',
      score,
    }))
    .toSorted((one, other) => other.score - one.score || (one.zone < other.zone ? -1 : 1));
}

const PARTS = {
  GetProducts: 'On-demand prices',
  DescribeSpotPriceHistory: 'Spot prices',
  GetSpotPlacementScores: 'Placement scores',
  spotAdvisor: 'Interruption frequencies',
} as const;

function missingOf(answers: PriceAnswers, types: readonly TypePrices[]): readonly string[] {
  const refused = (Object.keys(PARTS) as (keyof typeof PARTS)[]).flatMap((part) => {
    const answer = answers[part];
    return isRefused(answer) ? [`${PARTS[part]} are missing: ${describeRefusal(answer)}`] : [];
  });
  const unknown = types.filter(({ onDemand, zones }) => onDemand === undefined && zones.length === 0);
  const both = !isRefused(answers.GetProducts) && !isRefused(answers.DescribeSpotPriceHistory);
  return [
    ...refused,
    ...(both ? unknown : []).map(
      ({ instanceType }) => `${instanceType} is not offered in ${answers.region}, or misspelt.`,
    ),
  ];
}
