import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SQSClient } from '@aws-sdk/client-sqs';
import { bus } from '../../functions/announce/bus.ts';
import { s3Markers } from '../../functions/checkpoint/markers.ts';
import type { Clock } from '../../functions/clock.ts';
import { continuationQueue } from '../../functions/continuation/queue.ts';
import { trafficByCluster } from '../../functions/drain/traffic.ts';
import { dynamoIncidents } from '../../functions/incidents/dynamo.ts';
import { dynamoLeaderDesk } from '../../functions/leader/desk.ts';
import { openLeader } from '../../functions/leader/leader.ts';
import { lifecycleHooks } from '../../functions/lifecycle/hooks.ts';
import { openShortestPath } from '../../functions/node-index/shortest-path.ts';
import { openRecorder } from '../../functions/recorder/recorder.ts';
import type { RespondDeps } from '../../functions/respond/deps.ts';
import { defaultChoices, type PolicyChoices } from '../../functions/respond/policy.ts';
import { invocationTime } from './lambda.ts';
import { quietLog } from './quiet-log.ts';
import { type AwsSide, region } from './world.ts';

/** Where an embedded world listens; plain data, so that a second process can be pointed at it. */
export interface WorldAddress {
  readonly region: string;
  readonly accountEndpoint: string;
  readonly tableEndpoint: string;
  readonly tableName: string;
  readonly queueUrl: string;
}

const LEASE_SECONDS = 15;
/** An embedded account takes any; an authenticator of EKS tokens has to know them. */
export const worldCredentials = { accessKeyId: 'AKIAEMBEDDED', secretAccessKey: 'embedded' };

export function addressOf({ account, queue, tableEndpoint, tableName }: AwsSide): WorldAddress {
  return { region, accountEndpoint: account.endpoint, tableEndpoint, tableName, queueUrl: queue.url };
}

/** For any SDK client of the embedded account. */
export function awsSettings({ accountEndpoint, region }: WorldAddress) {
  return { region, endpoint: accountEndpoint, credentials: worldCredentials };
}

/** The same adapters as the Lambda's, pointed at an embedded world. */
export function depsForWorld(
  address: WorldAddress,
  clock: Clock,
  owner: string,
  choices: Partial<PolicyChoices> = {},
  leaseSeconds = LEASE_SECONDS,
): RespondDeps {
  const random = Math.random;
  const aws = awsSettings(address);
  const table = {
    client: new DynamoDBClient({ ...aws, endpoint: address.tableEndpoint }),
    table: address.tableName,
    clock,
    random,
    owner,
    leaseSeconds,
  };
  const path = openShortestPath({ ...table, region: address.region, log: quietLog, aws });
  return {
    region: address.region,
    clock,
    random,
    log: quietLog,
    ...path,
    traffic: trafficByCluster(clock),
    leader: openLeader({ desk: dynamoLeaderDesk(table), clock, log: quietLog }),
    incidents: dynamoIncidents(table),
    markers: s3Markers({ ...aws, forcePathStyle: true }),
    announcer: bus({ eventBridge: new EventBridgeClient(aws), busName: 'spot-responder' }),
    recorder: openRecorder({ connect: path.connect, clock, log: quietLog }),
    hooks: lifecycleHooks({ autoScaling: new AutoScalingClient(aws) }),
    choices: { ...defaultChoices, ...choices },
    heartbeatSeconds: leaseSeconds / 3,
    continuations: continuationQueue({
      sqs: async () => new SQSClient(aws),
      queueUrl: address.queueUrl,
      clock,
    }),
    timeLeftMs: invocationTime(clock),
  };
}
