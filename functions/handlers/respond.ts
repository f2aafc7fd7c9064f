import { Logger } from '@aws-lambda-powertools/logger';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { bus } from '../announce/bus.ts';
import { noMarkers, s3Markers } from '../checkpoint/markers.ts';
import { systemClock } from '../clock.ts';
import { readConfig } from '../config.ts';
import { continuationQueue } from '../continuation/queue.ts';
import { trafficByCluster } from '../drain/traffic.ts';
import { dynamoIncidents } from '../incidents/dynamo.ts';
import { dynamoLeaderDesk } from '../leader/desk.ts';
import { openLeader } from '../leader/leader.ts';
import { lazyHooks } from '../lifecycle/lazy-hooks.ts';
import { openShortestPath } from '../node-index/shortest-path.ts';
import { openRecorder, silentRecorder } from '../recorder/recorder.ts';
import { handleDelivery } from '../respond/delivery.ts';
import type { RespondDeps } from '../respond/deps.ts';
import { scopeOf } from '../table/keys.ts';
import { powertoolsLog } from '../telemetry/log.ts';
import { emitMetrics } from '../telemetry/metrics.ts';

const config = readConfig();
const clock = systemClock;
const random = Math.random;
const log = powertoolsLog(new Logger({ serviceName: 'spot-responder' }));
// DynamoDB calls are retried by our own rooms, inside the notice: the client's retries would add to that.
const table = {
  client: new DynamoDBClient({ maxAttempts: 1 }),
  table: config.incidentTable,
  clock,
  random,
  owner: crypto.randomUUID(),
  leaseSeconds: config.leaseSeconds,
};
/** What knows no region. */
const common = {
  clock,
  random,
  log,
  incidents: dynamoIncidents(table),
  markers: config.markers ? s3Markers({ region: config.region }, config.markers) : noMarkers,
  announcer: bus({
    eventBridge: new EventBridgeClient({}),
    busName: config.eventBus,
    // No drain waits for it, and a bus that is merely slow would get each end several times.
    timeoutMilliseconds: 10_000,
  }),
  choices: config.choices,
  heartbeatSeconds: config.leaseSeconds / 3,
  continuations: continuationQueue({
    sqs: async () => new (await import('@aws-sdk/client-sqs')).SQSClient({}),
    queueUrl: config.continuationQueue,
    clock,
  }),
};

function depsIn(region: string): Omit<RespondDeps, 'elsewhere' | 'timeLeftMs'> {
  const scoped = { ...table, scope: scopeOf(region, config.region) };
  const path = openShortestPath({ ...scoped, region, log });
  return {
    ...common,
    ...path,
    region,
    traffic: trafficByCluster(clock),
    leader: openLeader({ desk: dynamoLeaderDesk(scoped), clock, log }),
    recorder: config.kubernetesEvents ? openRecorder({ connect: path.connect, clock, log }) : silentRecorder,
    hooks: lazyHooks({ region }),
  };
}

const home = depsIn(config.region);
const others = new Map(config.regions.slice(1).map((region) => [region, depsIn(region)]));

/**
 * Takes an EventBridge event, or a batch of SQS records that carry events (the delayed second target, hooks) or
 * what an earlier invocation left for later.
 */
export const handler = async (delivery: unknown, context: { getRemainingTimeInMillis(): number }) => {
  const timeLeftMs = () => context.getRemainingTimeInMillis();
  const { reports, answer, failure } = await handleDelivery(delivery, {
    ...home,
    elsewhere: others,
    timeLeftMs,
  });
  emitMetrics(reports);
  if (failure) throw failure;
  return answer;
};
