import {
  type EC2Client,
  GetSpotPlacementScoresCommand,
  type _InstanceType as InstanceTypeName,
  paginateDescribeSpotPriceHistory,
  type SpotPrice,
} from '@aws-sdk/client-ec2';
import { GetProductsCommand, type PricingClient } from '@aws-sdk/client-pricing';
import { type PriceAnswers, type Product, readProduct, type SpotPriceItem } from './answers.ts';
import { orRefusal } from './refusal.ts';

export interface PriceClients {
  /** Of the Region that is asked about. */
  readonly ec2: EC2Client;
  /** Of one of the few Regions that have the Pricing API, see `PRICING_REGION`. */
  readonly pricing: PricingClient;
}

/** Its answers are for every Region of the `aws` partition. */
export const PRICING_REGION = 'us-east-1';

/** Wall time of one question, pages and the client's own retries included. */
const PATIENCE_MS = 20_000;

/** Linux, shared tenancy, nothing pre-installed, and no reservation: what a node of EKS costs. */
const PLAIN_LINUX = {
  operatingSystem: 'Linux',
  tenancy: 'Shared',
  preInstalledSw: 'NA',
  capacitystatus: 'Used',
};

/** On-demand prices, one question a type, since a filter takes one value. */
export async function askOnDemand(
  { pricing }: PriceClients,
  region: string,
  instanceTypes: readonly string[],
): Promise<PriceAnswers['GetProducts']> {
  return orRefusal('pricing:GetProducts', async () => {
    const found = await Promise.all(instanceTypes.map((type) => askProducts(pricing, region, type)));
    return { PriceList: found.flat() };
  });
}

async function askProducts(
  pricing: PricingClient,
  regionCode: string,
  instanceType: string,
): Promise<readonly Product[]> {
  const filters = Object.entries({ ...PLAIN_LINUX, regionCode, instanceType });
  const command = new GetProductsCommand({
    ServiceCode: 'AmazonEC2',
    FormatVersion: 'aws_v1',
    Filters: filters.map(([Field, Value]) => ({ Type: 'TERM_MATCH', Field, Value })),
  });
  const { PriceList } = await pricing.send(command, { abortSignal: AbortSignal.timeout(PATIENCE_MS) });
  return (PriceList ?? []).flatMap((item: unknown) => readProduct(String(item)) ?? []);
}

/** Every change of the spot price between the two, and the last one before, for each type and zone. */
export async function askSpotPrices(
  { ec2 }: Pick<PriceClients, 'ec2'>,
  instanceTypes: readonly string[],
  from: Date,
  to: Date,
): Promise<PriceAnswers['DescribeSpotPriceHistory']> {
  return orRefusal('ec2:DescribeSpotPriceHistory', async () => {
    const input = {
      InstanceTypes: instanceTypes.map((type) => type as InstanceTypeName),
      ProductDescriptions: ['Linux/UNIX', 'Linux/UNIX (Amazon VPC)'],
      StartTime: from,
      EndTime: to,
    };
    const abortSignal = AbortSignal.timeout(PATIENCE_MS);
    const SpotPriceHistory: SpotPriceItem[] = [];
    for await (const page of paginateDescribeSpotPriceHistory({ client: ec2 }, input, { abortSignal }))
      SpotPriceHistory.push(...(page.SpotPriceHistory ?? []).flatMap(toItem));
    return { SpotPriceHistory };
  });
}

function toItem(price: SpotPrice): readonly SpotPriceItem[] {
  const { AvailabilityZone, AvailabilityZoneId, InstanceType, SpotPrice, Timestamp } = price;
  if (!AvailabilityZone || !InstanceType || !SpotPrice || !Timestamp) return [];
  const zoneId = AvailabilityZoneId === undefined ? {} : { AvailabilityZoneId };
  return [{ InstanceType, AvailabilityZone, ...zoneId, SpotPrice, Timestamp: Timestamp.toISOString() }];
}

/**
 * How likely a request for so many instances of any of the types succeeds, by zone. One question for all types: a
 * group is asked for all of them, the score of a type alone is always low, and AWS lets an account ask only few
 * different questions in 24 hours (`MaxConfigLimitExceeded`).
 */
export async function askPlacementScores(
  { ec2 }: Pick<PriceClients, 'ec2'>,
  region: string,
  instanceTypes: readonly string[],
  targetCapacity: number,
): Promise<PriceAnswers['GetSpotPlacementScores']> {
  return orRefusal('ec2:GetSpotPlacementScores', async () => {
    const command = new GetSpotPlacementScoresCommand({
      // The same question in another order would count as another one.
      InstanceTypes: instanceTypes.toSorted(),
      TargetCapacity: targetCapacity,
      TargetCapacityUnitType: 'units',
      SingleAvailabilityZone: true,
      RegionNames: [region],
    });
    const answer = await ec2.send(command, { abortSignal: AbortSignal.timeout(PATIENCE_MS) });
    return {
      SpotPlacementScores: (answer.SpotPlacementScores ?? []).map(
        ({ AvailabilityZoneId, Region, Score = 0 }) => ({ AvailabilityZoneId, Region, Score }),
      ),
    };
  });
}
