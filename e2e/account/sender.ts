import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import DataLoader from 'dataloader';

interface Message {
  readonly body: unknown;
}

/** Nobody waits for a queue: what comes together goes together. */
const GATHER_MS = 20;
/** Messages of one request of SQS. */
const MOST_SENT = 10;

/** Sends a body to a queue by its ARN; what is sent within some milliseconds shares requests. */
export function openSender(
  sqs: SQSClient,
  queueUrl: (arn: string) => string,
): (arn: string, body: unknown) => Promise<void> {
  const queues = new Map<string, DataLoader<Message, undefined>>();
  return async (arn, body) => {
    const queue =
      queues.get(arn) ??
      new DataLoader<Message, undefined>((bodies) => sendAll(sqs, queueUrl(arn), bodies), {
        cache: false,
        maxBatchSize: MOST_SENT,
        batchScheduleFn: (send) => void setTimeout(send, GATHER_MS),
      });
    queues.set(arn, queue);
    await queue.load({ body });
  };
}

async function sendAll(
  sqs: SQSClient,
  QueueUrl: string,
  messages: readonly Message[],
): Promise<(undefined | Error)[]> {
  const Entries = messages.map(({ body }, at) => ({
    Id: String(at),
    MessageBody: JSON.stringify(body),
  }));
  const { Failed = [] } = await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  const failed = new Map(Failed.map(({ Id, Message }) => [Id, Message]));
  return Entries.map(({ Id }) => (failed.has(Id) ? new Error(`not sent: ${failed.get(Id)}`) : undefined));
}
