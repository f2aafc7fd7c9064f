import { Logger } from '@aws-lambda-powertools/logger';
import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EC2Client } from '@aws-sdk/client-ec2';
import { EKSClient } from '@aws-sdk/client-eks';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { bus } from '../announce/bus.ts';
import { s3Markers } from '../checkpoint/markers.ts';
import { systemClock } from '../clock.ts';
import { eksConnector } from '../cluster/connection.ts';
import { readConfig } from '../config.ts';
import { slotsByCluster } from '../drain/slots.ts';
import { dynamoIncidents } from '../incidents/dynamo.ts';
import { lifecycleHooks } from '../lifecycle/hooks.ts';
import { ec2Locator } from '../locate/ec2-locator.ts';
import { handleDelivery } from '../respond/delivery.ts';
import type { RespondDeps } from '../respond/deps.ts';
import { powertoolsLog } from '../telemetry/log.ts';
import { emitMetrics } from '../telemetry/metrics.ts';

const config = readConfig();
const clock = systemClock;
const random = Math.random;
// EC2 and DynamoDB calls are retried by our own rooms, inside the notice: the clients' retries would add to that.
const deps: RespondDeps = {
  region: config.region,
  clock,
  random,
  log: powertoolsLog(new Logger({ serviceName: 'spot-responder' })),
  locator: ec2Locator({ ec2: new EC2Client({ maxAttempts: 1 }), clock, random }),
  connect: eksConnector({ eks: new EKSClient({}), region: config.region, clock }),
  slots: slotsByCluster(),
  incidents: dynamoIncidents({
    client: new DynamoDBClient({ maxAttempts: 1 }),
    table: config.incidentTable,
    clock,
    owner: crypto.randomUUID(),
    leaseSeconds: config.leaseSeconds,
  }),
  markers: s3Markers({ region: config.region }),
  announcer: bus({ eventBridge: new EventBridgeClient({}), busName: config.eventBus }),
  hooks: lifecycleHooks({ autoScaling: new AutoScalingClient({}) }),
  choices: config.choices,
  heartbeatSeconds: config.leaseSeconds / 3,
};

/** Takes an EventBridge event, or a batch of SQS records that carry events (the delayed second target, hooks). */
export const handler = async (delivery: unknown) => {
  const { reports, answer, failure } = await handleDelivery(delivery, deps);
  emitMetrics(reports);
  if (failure) throw failure;
  return answer;
};
