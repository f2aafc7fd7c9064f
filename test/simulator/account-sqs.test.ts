import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import { startSimulatedAccount } from '../../simulator/account/account.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { clientOptions } from './account-client-options.ts';

async function openScene() {
  const clock = new FakeClock();
  const account = await startSimulatedAccount({ clock, region: 'us-east-2' });
  const sqs = new SQSClient(clientOptions(account));
  const create = async (QueueName: string, Attributes: Record<string, string>) => {
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
    return QueueUrl;
  };
  const receive = async (QueueUrl: string) => {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, MessageSystemAttributeNames: ['All'] }),
    );
    return Messages;
  };
  return {
    clock,
    sqs,
    create,
    receive,
    [Symbol.asyncDispose]: async () => {
      sqs.destroy();
      await account.close();
    },
  };
}

const many = (QueueUrl: string, bodies: readonly string[]) =>
  new SendMessageBatchCommand({
    QueueUrl,
    Entries: bodies.map((MessageBody, at) => ({ Id: String(at), MessageBody })),
  });

test('a queue that was made holds its messages back for its delay, and hides what was received', async () => {
  await using scene = await openScene();
  const url = await scene.create('later', { DelaySeconds: '20', VisibilityTimeout: '60' });
  expect(await scene.sqs.send(new GetQueueUrlCommand({ QueueName: 'later' }))).toMatchObject({
    QueueUrl: url,
  });
  await scene.sqs.send(many(url, ['one', 'two']));
  expect(await scene.receive(url)).toEqual([]);
  await scene.clock.advance(20_000);
  const received = await scene.receive(url);
  expect(received.map(({ Body }) => Body)).toEqual(['one', 'two']);
  expect(received[0]?.Attributes).toMatchObject({ ApproximateReceiveCount: '1' });
  await scene.clock.advance(59_000);
  expect(await scene.receive(url)).toEqual([]);
});

test('what a batch deletes is gone; what comes back too often is in the dead-letter queue', async () => {
  await using scene = await openScene();
  const dead = await scene.create('dead', {});
  const redrive = { deadLetterTargetArn: 'arn:aws:sqs:us-east-2:111122223333:dead', maxReceiveCount: 2 };
  const url = await scene.create('work', { VisibilityTimeout: '30', RedrivePolicy: JSON.stringify(redrive) });
  await scene.sqs.send(many(url, ['done', 'stuck']));
  const [done] = await scene.receive(url);
  const Entries = [{ Id: '0', ReceiptHandle: done?.ReceiptHandle }];
  await scene.sqs.send(new DeleteMessageBatchCommand({ QueueUrl: url, Entries }));
  await scene.clock.advance(30_000);
  expect((await scene.receive(url)).map(({ Body }) => Body)).toEqual(['stuck']);
  await scene.clock.advance(30_000);
  expect(await scene.receive(url)).toEqual([]);
  expect((await scene.receive(dead)).map(({ Body }) => Body)).toEqual(['stuck']);
});
