import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { ask, type Question } from '../aws/ask.ts';
import type { Letter } from './letter.ts';

/** A dead-letter queue, for a person. Every method throws `AwsCallError` with the remedy. */
export interface Mailbox {
  /** All that is there, hidden from others until it is put back or thrown away; at most `MOST_TAKEN`. */
  take(): Promise<readonly Letter[]>;
  putBack(letter: Letter): Promise<void>;
  throwAway(letter: Letter): Promise<void>;
}

export interface QueueAt {
  readonly sqs: SQSClient;
  readonly url: string;
  readonly region: string;
}

/** More than that is for a second run. */
export const MOST_TAKEN = 1_000;
/** So long a person may think. */
const HIDDEN_SECONDS = 15 * 60;
/** SQS asks a part of its servers otherwise, and one that is asked may have none. */
const WAIT_SECONDS = 1;

/**
 * Read, decided and sent one by one: SQS's own move of messages takes those of a queue that gave them up only, and neither
 * EventBridge's nor Lambda's know where they came from.
 *
 * Source: SQS API reference, "StartMessageMoveTask".
 */
export function openMailbox({ region, sqs, url }: QueueAt, onTaken: (count: number) => void): Mailbox {
  const on = url.split('/').at(-1) ?? url;
  const about = (operation: string): Question => ({ action: `sqs:${operation}`, on, region });
  return {
    take: async () => {
      const taken: Letter[] = [];
      while (taken.length < MOST_TAKEN) {
        const command = new ReceiveMessageCommand({
          QueueUrl: url,
          MaxNumberOfMessages: 10,
          VisibilityTimeout: HIDDEN_SECONDS,
          WaitTimeSeconds: WAIT_SECONDS,
          MessageAttributeNames: ['All'],
          MessageSystemAttributeNames: ['DeadLetterQueueSourceArn'],
        });
        const { Messages = [] } = await ask(about('ReceiveMessage'), (options) => sqs.send(command, options));
        if (Messages.length === 0) break;
        taken.push(...Messages.map(toLetter));
        onTaken(taken.length);
      }
      return taken;
    },
    putBack: async ({ receipt }) => {
      const command = new ChangeMessageVisibilityCommand({
        QueueUrl: url,
        ReceiptHandle: receipt,
        VisibilityTimeout: 0,
      });
      await ask(about('ChangeMessageVisibility'), (options) => sqs.send(command, options));
    },
    throwAway: async ({ receipt }) => {
      const command = new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: receipt });
      await ask(about('DeleteMessage'), (options) => sqs.send(command, options));
    },
  };
}

/** Puts it into a queue of the responder, to be read at once. */
export async function send({ region, sqs, url }: QueueAt, body: string): Promise<void> {
  const question = { action: 'sqs:SendMessage', on: url.split('/').at(-1) ?? url, region };
  const command = new SendMessageCommand({ QueueUrl: url, MessageBody: body, DelaySeconds: 0 });
  await ask(question, (options) => sqs.send(command, options));
}

function toLetter({
  Attributes,
  Body = '',
  MessageAttributes = {},
  MessageId = '',
  ReceiptHandle = '',
}: Message): Letter {
  const attributes = Object.entries(MessageAttributes).flatMap(([name, { StringValue }]) =>
    StringValue === undefined ? [] : [[name, StringValue] as const],
  );
  return {
    id: MessageId,
    receipt: ReceiptHandle,
    body: Body,
    attributes: Object.fromEntries(attributes),
    givenUpBy: Attributes?.DeadLetterQueueSourceArn,
  };
}
