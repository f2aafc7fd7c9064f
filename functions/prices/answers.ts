import * as z from 'zod/mini';

/**
 * What AWS answered about prices, each part in the shape in which its API (and the AWS CLI) gives it, less the fields
 * that nobody here reads. This is also the recording format of `spot-responder prices`.
 */

/** The part could not be had: the service's code and words. */
const refusal = z.object({ refused: z.object({ code: z.string(), message: z.string() }) });
export type Refusal = z.output<typeof refusal>;

const zoneOrNone = z.optional(z.string());
const decimal = z.string().check(z.regex(/^\d+(\.\d+)?$/, 'must be a decimal number as text'));

/** `DescribeSpotPriceHistory`: one item a change. The last change before the window counts from its start. */
const spotPrice = z.object({
  InstanceType: z.string(),
  AvailabilityZone: z.string(),
  AvailabilityZoneId: zoneOrNone,
  SpotPrice: decimal,
  Timestamp: z.iso.datetime({ offset: true }),
});
export type SpotPriceItem = z.output<typeof spotPrice>;

/** One product of `GetProducts`; the API gives each as JSON in a string. */
const product = z.object({
  product: z.object({ attributes: z.object({ instanceType: z.string() }) }),
  terms: z.object({
    OnDemand: z.optional(
      z.record(
        z.string(),
        z.object({
          priceDimensions: z.record(
            z.string(),
            z.object({ unit: z.string(), pricePerUnit: z.object({ USD: z.optional(decimal) }) }),
          ),
        }),
      ),
    ),
  }),
});
export type Product = z.output<typeof product>;

const productOrText = z.union([product, z.pipe(z.pipe(z.string(), z.transform(parseJson)), product)]);

/** `GetSpotPlacementScores` for one Region, by zone. */
const score = z.object({ AvailabilityZoneId: zoneOrNone, Region: z.optional(z.string()), Score: z.number() });

/** Of the Spot Instance Advisor's data: what `r` means, and `r` by Region, system and type. */
const advisor = z.object({
  ranges: z.array(z.object({ index: z.number(), label: z.string() })),
  spot_advisor: z.record(z.string(), z.record(z.string(), z.record(z.string(), z.object({ r: z.number() })))),
});
export type AdvisorData = z.output<typeof advisor>;

export const priceAnswers = z.object({
  region: z.string(),
  /** Of the asking; the window of spot prices ends here. */
  askedAt: z.iso.datetime({ offset: true }),
  instanceTypes: z.array(z.string()),
  /** Instances that the placement scores are for, of all types together. */
  targetCapacity: z.number(),
  GetProducts: z.union([z.object({ PriceList: z.array(productOrText) }), refusal]),
  DescribeSpotPriceHistory: z.union([z.object({ SpotPriceHistory: z.array(spotPrice) }), refusal]),
  GetSpotPlacementScores: z.union([z.object({ SpotPlacementScores: z.array(score) }), refusal]),
  spotAdvisor: z.union([advisor, refusal]),
});
export type PriceAnswers = z.output<typeof priceAnswers>;

/** Reads one item of a live `PriceList`; `undefined` for one in another form. */
export function readProduct(item: unknown): Product | undefined {
  const parsed = productOrText.safeParse(item);
  return parsed.success ? parsed.data : undefined;
}

/** `undefined` when the file is no longer what it was. */
export function readAdvisorData(data: unknown): AdvisorData | undefined {
  const parsed = advisor.safeParse(data);
  return parsed.success ? parsed.data : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
