import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EC2Client } from '@aws-sdk/client-ec2';
import { EKSClient } from '@aws-sdk/client-eks';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { bus } from '../../functions/announce/bus.ts';
import { s3Markers } from '../../functions/checkpoint/markers.ts';
import type { Clock } from '../../functions/clock.ts';
import { eksConnector } from '../../functions/cluster/connection.ts';
import { slotsByCluster } from '../../functions/drain/slots.ts';
import { dynamoIncidents } from '../../functions/incidents/dynamo.ts';
import { lifecycleHooks } from '../../functions/lifecycle/hooks.ts';
import { ec2Locator } from '../../functions/locate/ec2-locator.ts';
import type { RespondDeps } from '../../functions/respond/deps.ts';
import { defaultChoices, type PolicyChoices } from '../../functions/respond/policy.ts';
import { quietLog } from './quiet-log.ts';

/** Where an embedded world listens; plain data, so that a second process can be pointed at it. */
export interface WorldAddress {
  readonly region: string;
  readonly accountEndpoint: string;
  readonly tableEndpoint: string;
  readonly tableName: string;
}

const LEASE_SECONDS = 15;

/** The same adapters as the Lambda's, pointed at an embedded world. */
export function depsForWorld(
  address: WorldAddress,
  clock: Clock,
  owner: string,
  choices: Partial<PolicyChoices> = {},
): RespondDeps {
  const random = Math.random;
  const credentials = { accessKeyId: 'AKIAEMBEDDED', secretAccessKey: 'embedded' };
  const aws = { region: address.region, endpoint: address.accountEndpoint, credentials };
  return {
    region: address.region,
    clock,
    random,
    log: quietLog,
    locator: ec2Locator({ ec2: new EC2Client({ ...aws, maxAttempts: 1 }), clock, random }),
    connect: eksConnector({ eks: new EKSClient(aws), region: address.region, clock, random }),
    slots: slotsByCluster(),
    incidents: dynamoIncidents({
      client: new DynamoDBClient({ ...aws, endpoint: address.tableEndpoint }),
      table: address.tableName,
      clock,
      owner,
      leaseSeconds: LEASE_SECONDS,
    }),
    markers: s3Markers({ ...aws, forcePathStyle: true }),
    announcer: bus({ eventBridge: new EventBridgeClient(aws), busName: 'spot-responder' }),
    hooks: lifecycleHooks({ autoScaling: new AutoScalingClient(aws) }),
    choices: { ...defaultChoices, ...choices },
    heartbeatSeconds: LEASE_SECONDS / 3,
  };
}
