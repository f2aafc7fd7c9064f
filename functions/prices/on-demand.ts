import type { Product } from './answers.ts';

/** Dollars an hour by instance type; a type without a price by the hour is left out. */
export function onDemandPrices(products: readonly Product[]): ReadonlyMap<string, number> {
  const prices = new Map<string, number>();
  for (const { product, terms } of products) {
    const { instanceType } = product.attributes;
    const hourly = Object.values(terms.OnDemand ?? {})
      .flatMap(({ priceDimensions }) => Object.values(priceDimensions))
      .filter(({ unit }) => unit === 'Hrs')
      .map(({ pricePerUnit }) => Number(pricePerUnit.USD ?? 0))
      // Products that only stand for a reservation cost nothing.
      .filter((dollars) => dollars > 0);
    const least = Math.min(...hourly, prices.get(instanceType) ?? Number.POSITIVE_INFINITY);
    if (Number.isFinite(least)) prices.set(instanceType, least);
  }
  return prices;
}
