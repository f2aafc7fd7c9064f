import { createServer } from 'node:http';
import { EC2Client } from '@aws-sdk/client-ec2';
import { PricingClient } from '@aws-sdk/client-pricing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../functions/clock.ts';
import { askPrices } from '../../functions/prices/ask-prices.ts';
import { summarisePrices } from '../../functions/prices/summary.ts';
import { type SimulatedAccount, startSimulatedAccount } from '../../simulator/account/account.ts';
import { close, listen } from '../../simulator/account/http.ts';

const region = 'us-east-2';
const at = new Date('2026-11-20T10:00:00Z');
const daysAgo = (days: number) => new Date(at.getTime() - days * 86_400_000);
const spot = (instanceType: string, zone: string, dollars: number, days: number) => ({
  instanceType,
  zone: `us-east-2${zone}`,
  zoneId: `use2-az${zone === 'a' ? 1 : 2}`,
  dollars,
  since: daysAgo(days),
});

let account: SimulatedAccount;
let advisorUrl: string;
const advisor = createServer((_, response) => {
  const rates = { 'g5.xlarge': { s: 60, r: 1 }, 'm5.large': { s: 50, r: 0 } };
  const ranges = [
    { index: 0, label: '<5%', dots: 0, max: 5 },
    { index: 1, label: '5-10%', dots: 1, max: 11 },
  ];
  response.end(JSON.stringify({ ranges, instance_types: {}, spot_advisor: { [region]: { Linux: rates } } }));
});

beforeAll(async () => {
  advisorUrl = await listen(advisor);
  account = await startSimulatedAccount({ clock: systemClock, region });
  account.setMarket({
    onDemand: { 'g5.xlarge': 1.006, 'g4dn.xlarge': 0.526 },
    spot: [
      spot('g5.xlarge', 'a', 0.9, 20),
      spot('g5.xlarge', 'a', 0.5, 9),
      spot('g5.xlarge', 'a', 0.45, 3),
      spot('g5.xlarge', 'a', 0.4024, 1),
      spot('g5.xlarge', 'b', 0.3, 8),
    ],
    scores: { 'use2-az1': 3, 'use2-az2': 8 },
  });
});
afterAll(async () => {
  await account.close();
  await close(advisor);
});
async function ask(instanceTypes: readonly string[], url = advisorUrl) {
  const settings = {
    region,
    endpoint: account.endpoint,
    credentials: { accessKeyId: 'AKIAFAKE', secretAccessKey: 'fake' },
    maxAttempts: 1,
  };
  const clients = { ec2: new EC2Client(settings), pricing: new PricingClient(settings) };
  return askPrices(clients, { region, instanceTypes, targetCapacity: 5, advisorUrl: url, at });
}

test('prices by zone, what spot saves, the range of seven days, scores and interruptions', async () => {
  const { missing, placement, types } = summarisePrices(await ask(['g5.xlarge']));
  expect(missing).toEqual([]);
  expect(placement).toEqual([
    { zone: 'us-east-2b', score: 8 },
    { zone: 'us-east-2a', score: 3 },
  ]);
  expect(types).toMatchObject([{ instanceType: 'g5.xlarge', onDemand: 1.006, interrupted: '5-10%' }]);
  const [cheapest, other] = types[0]?.zones ?? [];
  expect(cheapest).toMatchObject({ zone: 'us-east-2b', spot: 0.3, week: { low: 0.3, high: 0.3 } });
  // 0.50 held when the week began, 0.90 no longer.
  expect(other).toMatchObject({ zone: 'us-east-2a', spot: 0.4024, week: { low: 0.4024, high: 0.5 } });
  expect(other?.savings).toBeCloseTo(0.6, 10);
  // 4 days at 0.50, 2 at 0.45, 1 at 0.4024.
  expect(other?.week.mean).toBeCloseTo((4 * 0.5 + 2 * 0.45 + 0.4024) / 7, 10);
});

test('a type that the Region does not offer is named', async () => {
  const { missing } = summarisePrices(await ask(['g5.xlarge', 'p9.huge']));
  expect(missing).toEqual(['p9.huge is not offered in us-east-2, or misspelt.']);
});

test('when AWS refuses another placement question, the prices are shown and the refusal said', async () => {
  account.inject({ operation: 'GetSpotPlacementScores', times: 1, code: 'MaxConfigLimitExceeded' });
  const { missing, placement, types } = summarisePrices(await ask(['g5.xlarge']));
  expect(placement).toEqual([]);
  expect(types[0]?.zones).toHaveLength(2);
  expect(missing).toEqual([
    expect.stringMatching(/^Placement scores are missing: MaxConfigLimitExceeded: .* in a day\.$/),
  ]);
});

test('one question is asked about the scores of all types together', async () => {
  const before = account.calls.length;
  await ask(['g5.xlarge', 'g4dn.xlarge', 'g5.2xlarge']);
  const asked = account.calls.slice(before).map(({ operation }) => operation);
  expect(asked.filter((each) => each === 'GetSpotPlacementScores')).toHaveLength(1);
});

test('without the advisor its column is empty, and why is said', async () => {
  const { missing, types } = summarisePrices(await ask(['g5.xlarge'], 'http://127.0.0.1:59999/'));
  expect(types[0]?.interrupted).toBeUndefined();
  expect(missing).toEqual([
    expect.stringContaining(
      'Interruption frequencies are missing: http://127.0.0.1:59999/ cannot be reached (ECONNREFUSED)',
    ),
  ]);
});

test('a permission that is missing is named', async () => {
  account.inject({ operation: 'GetProducts', times: 1, code: 'AccessDeniedException' });
  const { missing, types } = summarisePrices(await ask(['g5.xlarge']));
  expect(types).toMatchObject([
    { onDemand: undefined, zones: [{ spot: 0.3, savings: undefined }, { spot: 0.4024 }] },
  ]);
  expect(missing.join()).toContain('Allow pricing:GetProducts');
});
