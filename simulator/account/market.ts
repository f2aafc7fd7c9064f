import { z } from 'zod';
import { ec2Answer, jsonAnswer, type ServiceRequest, type WireAnswer } from './protocol.ts';
import { type AccountState, ServiceFault } from './state.ts';

type PricingRequest = Extract<ServiceRequest, { readonly body: unknown }>;
type Ec2Request = Extract<ServiceRequest, { readonly parameters: URLSearchParams }>;

const Wanted = z.object({
  ServiceCode: z.literal('AmazonEC2'),
  Filters: z.array(z.object({ Type: z.literal('TERM_MATCH'), Field: z.string(), Value: z.string() })),
});

/** Answers for the Pricing API: the products of a type, among them one that is for reservations only and costs nothing. */
export function answerPricing(state: AccountState, { operation, body }: PricingRequest): WireAnswer {
  if (operation !== 'GetProducts')
    throw new ServiceFault('InvalidAction', `${operation} is not served by this simulated account`);
  const filters = new Map(Wanted.parse(body).Filters.map(({ Field, Value }) => [Field, Value]));
  const instanceType = filters.get('instanceType') ?? '';
  const dollars =
    filters.get('regionCode') === state.region ? state.market.onDemand[instanceType] : undefined;
  const products =
    dollars === undefined ? [] : [product(instanceType, 'A', 0), product(instanceType, 'B', dollars)];
  return jsonAnswer(
    { FormatVersion: 'aws_v1', PriceList: products.map((each) => JSON.stringify(each)) },
    '1.1',
  );
}

/** The codes are AWS's own for on demand, by the hour. */
function product(instanceType: string, sku: string, dollars: number): object {
  const term = `${sku}.JRTCKXETXF`;
  const rate = {
    unit: 'Hrs',
    description: `$${dollars} per On Demand Linux ${instanceType} Instance Hour`,
    beginRange: '0',
    endRange: 'Inf',
    pricePerUnit: { USD: dollars.toFixed(10) },
  };
  return {
    product: {
      productFamily: 'Compute Instance',
      attributes: { instanceType, operatingSystem: 'Linux' },
      sku,
    },
    serviceCode: 'AmazonEC2',
    terms: { OnDemand: { [term]: { sku, priceDimensions: { [`${term}.6YS6EN2CT7`]: rate } } } },
  };
}

/** Answers newest first, as EC2 does, with the last change before the window. Pages of two, to have some. */
export function describeSpotPriceHistory(state: AccountState, parameters: URLSearchParams): WireAnswer {
  const types = valuesOf(parameters, 'InstanceType');
  const from = new Date(parameters.get('StartTime') ?? 0);
  const to = new Date(parameters.get('EndTime') ?? Date.now());
  const groups = Map.groupBy(
    state.market.spot.filter(({ instanceType, since }) => types.includes(instanceType) && since <= to),
    ({ instanceType, zone }) => `${instanceType} ${zone}`,
  );
  const found = [...groups.values()].flatMap((changes) => {
    const newest = changes.toSorted((one, other) => other.since.getTime() - one.since.getTime());
    const before = newest.findIndex(({ since }) => since <= from);
    return before < 0 ? newest : newest.slice(0, before + 1);
  });
  const start = Number(parameters.get('NextToken') ?? 0);
  return ec2Answer('DescribeSpotPriceHistory', {
    spotPriceHistorySet: found.slice(start, start + PAGE).map((each) => ({
      instanceType: each.instanceType,
      productDescription: 'Linux/UNIX',
      spotPrice: each.dollars.toFixed(6),
      timestamp: each.since.toISOString(),
      availabilityZone: each.zone,
      availabilityZoneId: each.zoneId,
    })),
    nextToken: start + PAGE < found.length ? String(start + PAGE) : '',
  });
}

const PAGE = 2;

export function getSpotPlacementScores(state: AccountState, { operation }: Ec2Request): WireAnswer {
  return ec2Answer(operation, {
    spotPlacementScoreSet: Object.entries(state.market.scores ?? {}).map(([zoneId, score]) => ({
      region: state.region,
      availabilityZoneId: zoneId,
      score,
    })),
  });
}

function valuesOf(parameters: URLSearchParams, list: string): string[] {
  return [...parameters]
    .filter(([name]) => new RegExp(`^${list}\\.\\d+$`).test(name))
    .map(([, value]) => value);
}
