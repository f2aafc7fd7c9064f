import { EC2Client } from '@aws-sdk/client-ec2';
import { PricingClient } from '@aws-sdk/client-pricing';
import { systemClock } from '../../functions/clock.ts';
import { AwsCallError, ConfigurationError } from '../../functions/errors.ts';
import type { PriceAnswers } from '../../functions/prices/answers.ts';
import { ADVISOR_URL } from '../../functions/prices/ask-advisor.ts';
import { PRICING_REGION } from '../../functions/prices/ask-aws.ts';
import { askPrices } from '../../functions/prices/ask-prices.ts';
import { describeRefusal, isRefused } from '../../functions/prices/refusal.ts';
import { summarisePrices } from '../../functions/prices/summary.ts';
import { readAdvisorAtHand, readRegionAtHand } from '../at-hand.ts';
import { type Recording, readRecording, writeRecording } from './recording.ts';
import { showPrices } from './show.ts';

export interface PricesOptions {
  readonly region?: string;
  readonly capacity: string;
  readonly recorded?: string;
  readonly record?: string;
  readonly json?: true;
}

/** One GPU type of each size that people start with; any other can be named. */
const USUAL_TYPES = [
  'g4dn.xlarge',
  'g5.xlarge',
  'g5.12xlarge',
  'p3.2xlarge',
  'p3.8xlarge',
  'p4d.24xlarge',
] as const;

/** @throws ConfigurationError for a wrong flag or file, AwsCallError when AWS gives neither price. */
export async function runPrices(types: readonly string[], options: PricesOptions): Promise<void> {
  requireTypes(types);
  if (options.recorded && (options.record || options.region))
    throw new ConfigurationError('prices: --recorded asks nobody; leave --record and --region out.');
  const recording = options.recorded
    ? await narrow(await readRecording(options.recorded), options.recorded, types)
    : { answers: await askLive(types, options) };
  if (options.record) await writeRecording(options.record, recording);
  const summary = summarisePrices(recording.answers);
  const { note } = recording;
  if (options.json) console.log(JSON.stringify({ schemaVersion: 1, note, ...summary }, null, 2));
  else console.log(showPrices(summary, note));
}

async function askLive(types: readonly string[], options: PricesOptions): Promise<PriceAnswers> {
  const region = options.region ?? readRegionAtHand();
  if (!region) throw new ConfigurationError('--region is missing: name the Region, or set AWS_REGION.');
  const clients = {
    ec2: new EC2Client({ region }),
    pricing: new PricingClient({ region: PRICING_REGION }),
  };
  const answers = await askPrices(clients, {
    region,
    instanceTypes: types.length > 0 ? [...new Set(types)] : USUAL_TYPES,
    targetCapacity: parseCapacity(options.capacity),
    advisorUrl: readAdvisorAtHand() ?? ADVISOR_URL,
    at: systemClock.now(),
  });
  const { DescribeSpotPriceHistory: spot, GetProducts: products } = answers;
  if (!isRefused(spot) || !isRefused(products)) return answers;
  const why = describeRefusal(spot);
  throw new AwsCallError('DescribeSpotPriceHistory', spot.refused.code, `No price can be had: ${why}`);
}

/** A recording knows the types it was asked for. */
async function narrow(recording: Recording, path: string, types: readonly string[]): Promise<Recording> {
  if (types.length === 0) return recording;
  const { answers } = recording;
  const unknown = types.filter((type) => !answers.instanceTypes.includes(type));
  if (unknown.length > 0)
    throw new ConfigurationError(
      `--recorded ${path}: it does not hold ${unknown.join(', ')}; it holds ${answers.instanceTypes.join(', ')}.`,
    );
  return { ...recording, answers: { ...answers, instanceTypes: [...new Set(types)] } };
}

function requireTypes(types: readonly string[]): void {
  const wrong = types.find((type) => !/^[a-z0-9-]+\.[a-z0-9-]+$/.test(type));
  if (wrong !== undefined)
    throw new ConfigurationError(`prices: "${wrong}" is no instance type; write it such as g5.xlarge.`);
}

function parseCapacity(text: string): number {
  const capacity = Number(text);
  if (/^\d+$/.test(text) && capacity >= 1 && capacity <= 1000) return capacity;
  throw new ConfigurationError(`--capacity is "${text}"; it must be a whole number from 1 to 1000.`);
}
