import { CreateTableCommand, type CreateTableCommandInput, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateClusterCommand, EKSClient } from '@aws-sdk/client-eks';
import { CreateEventBusCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { CreateQueueCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import * as z from 'zod/mini';
import { placeOf } from '../../functions/notify/slack/secret-place.ts';
import type { StackQueue } from '../template/stack.ts';
import type { Template } from '../template/template.ts';

/** How a client reaches the account. */
export interface Connection {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** Makes the stack's tables and buses, as CloudFormation would. */
export async function deployStores(
  template: Template,
  connection: Connection,
  nameOf: (id: string) => string,
) {
  const dynamo = new DynamoDBClient(connection);
  for (const { id, properties } of template.ofType('AWS::DynamoDB::GlobalTable')) {
    const { AttributeDefinitions, BillingMode, KeySchema } = properties;
    const input = { AttributeDefinitions, BillingMode, KeySchema, TableName: nameOf(id) };
    await dynamo.send(new CreateTableCommand(input as CreateTableCommandInput));
  }
  const bridge = new EventBridgeClient(connection);
  for (const { id } of template.ofType('AWS::Events::EventBus'))
    await bridge.send(new CreateEventBusCommand({ Name: nameOf(id) }));
}

/** Dead-letter queues first: the others name them. */
export async function deployQueues(queues: readonly StackQueue[], sqs: SQSClient): Promise<void> {
  const inOrder = queues.toSorted(
    (one, other) => Number(Boolean(one.redrive)) - Number(Boolean(other.redrive)),
  );
  for (const queue of inOrder)
    await sqs.send(
      new CreateQueueCommand({
        QueueName: queue.name,
        Attributes: {
          DelaySeconds: String(queue.delaySeconds),
          VisibilityTimeout: String(queue.visibilitySeconds),
          MessageRetentionPeriod: String(queue.retentionSeconds),
          ...(queue.redrive && { RedrivePolicy: JSON.stringify(queue.redrive) }),
        },
      }),
    );
}

/** A cluster as EKS lists it; where its API server is, the gateway says. */
export async function createCluster(connection: Connection, name: string): Promise<void> {
  await new EKSClient(connection).send(
    new CreateClusterCommand({
      name,
      roleArn: 'arn:aws:iam::111122223333:role/eks',
      resourcesVpcConfig: { subnetIds: ['subnet-1', 'subnet-2'] },
    }),
  );
}

/** Where the settings say that it is kept. */
export async function keepSecret(connection: Connection, place: string, value: string): Promise<void> {
  const { name: Name, type } = placeOf(place);
  if (type === 'secret')
    await new SecretsManagerClient(connection).send(new CreateSecretCommand({ Name, SecretString: value }));
  else
    await new SSMClient(connection).send(
      new PutParameterCommand({ Name, Type: 'SecureString', Value: value }),
    );
}

const described = z.looseObject({ cluster: z.looseObject({}) });

/** moto's description of a cluster with the address of a real API server in it. */
export function withAddress(body: string, endpoint: string, ca: string): string {
  const { cluster, ...rest } = described.parse(JSON.parse(body));
  return JSON.stringify({ ...rest, cluster: { ...cluster, endpoint, certificateAuthority: { data: ca } } });
}
