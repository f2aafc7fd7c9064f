import { CloudFormationClient, CreateStackCommand } from '@aws-sdk/client-cloudformation';
import { ListQueuesCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CHAIN_DESCRIPTIONS, describeAccessEntry } from '../../infra/outputs.ts';
import { type Moto, startMoto } from '../../simulator/moto/server.ts';
import { runHere } from '../cli/run-here.ts';
import { withFields } from '../signals/samples.ts';
import { region } from './lab.ts';

let moto: Moto;
let sqs: SQSClient;
const credentials = { accessKeyId: 'AKIAFAKE', secretAccessKey: 'fake' };

/** The queues and outputs of the stack that the command reads, deployed by moto's CloudFormation. */
const queue = { Type: 'AWS::SQS::Queue' };
const template = {
  Resources: { DeadLetters: queue, Continuations: queue },
  Outputs: {
    ResponderRole: {
      Value: 'arn:aws:iam::123456789012:role/responder',
      Description: describeAccessEntry('spot-responder'),
    },
    EventBus: { Value: 'spot-responder', Description: CHAIN_DESCRIPTIONS.bus },
    DeadLetterQueue: { Value: { Ref: 'DeadLetters' }, Description: CHAIN_DESCRIPTIONS.deadLetters },
    EventQueue: { Value: { Ref: 'Continuations' }, Description: CHAIN_DESCRIPTIONS.events },
  },
};

beforeAll(async () => {
  const program = process.env.MOTO_SERVER;
  if (!program) throw new Error('MOTO_SERVER is not set: run npm run test:aws');
  moto = await startMoto(program);
  const connection = { endpoint: moto.endpoint, region, credentials };
  sqs = new SQSClient(connection);
  await new CloudFormationClient(connection).send(
    new CreateStackCommand({ StackName: 'SpotResponder', TemplateBody: JSON.stringify(template) }),
  );
}, 120_000);
afterAll(() => moto?.close());

function redrive(...args: readonly string[]) {
  const environment = {
    AWS_ENDPOINT_URL: moto.endpoint,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_REGION: region,
  };
  return runHere(environment, 'redrive', ...args);
}

async function urlOf(part: string): Promise<string> {
  const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({}));
  return QueueUrls.find((url) => url.includes(part)) ?? '';
}

function warningOf(time: Date): string {
  return JSON.stringify(withFields('spot-interruption-terminate', { time: time.toISOString() }));
}

test('dead letters are shown, and sent again or thrown away, over the real protocol', async () => {
  const dead = await urlOf('DeadLetters');
  const [fresh, late] = [warningOf(new Date()), warningOf(new Date(Date.now() - 3_600_000))];
  for (const MessageBody of [fresh, late, '{'])
    await sqs.send(
      new SendMessageCommand({
        QueueUrl: dead,
        MessageBody,
        MessageAttributes: { ERROR_CODE: { DataType: 'String', StringValue: 'THROTTLING' } },
      }),
    );

  const shown = await redrive('--dry-run');
  expect(shown).toMatchObject({ code: 0, stderr: '' });
  expect(shown.stdout).toContain('3 dead letters');
  expect(shown.stdout).toContain('(THROTTLING)');

  const done = await redrive('--yes');
  expect(done.stdout).toContain('responder: 1 sent again, 1 thrown away, 1 left where they were.');
  expect(done.code).toBe(1);

  const look = async (url: string) =>
    (await sqs.send(new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10 }))).Messages ?? [];
  expect((await look(await urlOf('Continuations'))).map(({ Body }) => Body)).toEqual([fresh]);
  expect((await look(dead)).map(({ Body }) => Body)).toEqual(['{']);
}, 120_000);
