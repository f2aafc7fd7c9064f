import { Logger } from '@aws-lambda-powertools/logger';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EC2Client } from '@aws-sdk/client-ec2';
import { PricingClient } from '@aws-sdk/client-pricing';
import { systemClock } from '../clock.ts';
import { readIndexConfig } from '../config.ts';
import { dynamoOverview } from '../incidents/overview.ts';
import { PRICING_REGION } from '../prices/ask-aws.ts';
import { openHoursTable } from '../savings/hours-table.ts';
import { priceHours } from '../savings/price-hours.ts';
import { isTaken } from '../savings/savings.ts';
import { powertoolsLog } from '../telemetry/log.ts';
import { emitInterruptionsOfDay } from '../telemetry/metrics.ts';

const { incidentTable } = readIndexConfig();
const clock = systemClock;
const log = powertoolsLog(new Logger({ serviceName: 'spot-responder-reporter' }));
const access = {
  client: new DynamoDBClient({ maxAttempts: 1 }),
  table: incidentTable,
  clock,
  random: Math.random,
};
const pricing = new PricingClient({ region: PRICING_REGION });
const deps = {
  table: openHoursTable(access),
  clientsOf: (region: string) => ({ pricing, ec2: new EC2Client({ region }) }),
  log,
};
const overview = dynamoOverview(access);

const DAY_MS = 24 * 3_600_000;

/** Once an hour: writes down what the hours before cost, and counts the interruptions of the last day. */
export const handler = async (): Promise<void> => {
  const now = clock.now();
  const closed = await overview.closed(new Date(now.getTime() - DAY_MS), now);
  const interruptions = closed.filter(isTaken).length;
  emitInterruptionsOfDay(interruptions);
  log.info('Hours priced', { hours: await priceHours(deps), interruptions });
};
