import { Logger } from '@aws-lambda-powertools/logger';
import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EC2Client } from '@aws-sdk/client-ec2';
import { EKSClient } from '@aws-sdk/client-eks';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { bus } from '../announce/bus.ts';
import { systemClock } from '../clock.ts';
import { eksConnector } from '../cluster/connection.ts';
import { eksOver } from '../cluster/eks.ts';
import { readFallbackConfig } from '../config.ts';
import { slotsByCluster } from '../drain/slots.ts';
import { awsGroups } from '../fallback/groups/aws-groups.ts';
import { dynamoPoolLedger } from '../fallback/ledger/ledger.ts';
import type { FallbackDeps } from '../fallback/run/deps.ts';
import { concernsOf } from '../fallback/run/nudges.ts';
import { runFallback } from '../fallback/run/pass.ts';
import { powertoolsLog } from '../telemetry/log.ts';

const { incidentTable, eventBus, region } = readFallbackConfig();
const clock = systemClock;
const random = Math.random;
const log = powertoolsLog(new Logger({ serviceName: 'spot-responder-fallback' }));
const dynamo = new DynamoDBClient({ maxAttempts: 1 });
const eks = new EKSClient({ maxAttempts: 6, retryMode: 'adaptive' });
const deps: FallbackDeps = {
  clock,
  random,
  region,
  log,
  groups: awsGroups({
    autoScaling: new AutoScalingClient({ maxAttempts: 6, retryMode: 'adaptive' }),
    autoScalingOnce: new AutoScalingClient({ maxAttempts: 1 }),
    ec2: new EC2Client({ maxAttempts: 6, retryMode: 'adaptive' }),
    eks,
    clock,
    random,
  }),
  connect: eksConnector({
    region,
    clock,
    credentials: dynamo.config.credentials,
    lookUp: eksOver(eks, region).describeCluster,
  }),
  slots: slotsByCluster(),
  announcer: bus({ eventBridge: new EventBridgeClient({}), busName: eventBus }),
  ledger: dynamoPoolLedger({
    client: dynamo,
    table: incidentTable,
    clock,
    random,
    owner: crypto.randomUUID(),
  }),
};

/** For writing down how far we came. */
const MARGIN_MS = 10_000;

/** Once a minute for all pools, and between that for those that a batch of nudges from the queue is about. */
export const handler = async (event: unknown, context: { getRemainingTimeInMillis(): number }) => {
  const until = new Date(clock.now().getTime() + context.getRemainingTimeInMillis() - MARGIN_MS);
  const report = await runFallback(deps, until, concernsOf(event));
  log.info('Fallback reconciled', { ...report });
};
