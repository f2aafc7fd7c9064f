import { createHash } from 'node:crypto';
import { z } from 'zod';
import { listMoves, startMove } from './message-moves.ts';
import type { SimulatedQueue } from './message-queue.ts';
import { jsonAnswer, type ServiceRequest, type WireAnswer } from './protocol.ts';
import { addQueue } from './queue.ts';
import { type AccountState, OWNER_ACCOUNT, ServiceFault } from './state.ts';

type SqsRequest = Extract<ServiceRequest, { body: unknown }>;

/** Answers for SQS: what our code calls. For functions the poller receives, see `event-source.ts`. */
export function answerSqs(state: AccountState, { operation, body }: SqsRequest): WireAnswer {
  switch (operation) {
    case 'CreateQueue':
      return createQueue(state, read(Creating, body));
    case 'SendMessage': {
      const { QueueUrl, ...message } = read(Sending, body);
      return jsonAnswer(sendMessage(queueAt(state, pathOf(QueueUrl)), message), '1.0');
    }
    case 'SendMessageBatch': {
      const { Entries, QueueUrl } = read(SendingMany, body);
      const queue = queueAt(state, pathOf(QueueUrl));
      const Successful = Entries.map(({ Id, ...message }) => ({ Id, ...sendMessage(queue, message) }));
      return jsonAnswer({ Successful, Failed: [] }, '1.0');
    }
    case 'GetQueueUrl': {
      const { QueueName } = read(z.object({ QueueName: z.string() }), body);
      return jsonAnswer({ QueueUrl: queueAt(state, `/${OWNER_ACCOUNT}/${QueueName}`).url }, '1.0');
    }
    case 'GetQueueAttributes': {
      const { QueueUrl } = read(z.object({ QueueUrl: z.string() }), body);
      const queue = queueAt(state, pathOf(QueueUrl));
      const Attributes = { QueueArn: queue.arn, ApproximateNumberOfMessages: String(queue.waiting()) };
      return jsonAnswer({ Attributes }, '1.0');
    }
    case 'ReceiveMessage':
      return receiveMessage(state, read(Receiving, body));
    case 'DeleteMessage': {
      const { QueueUrl, ReceiptHandle } = read(Handled, body);
      queueAt(state, pathOf(QueueUrl)).delete(ReceiptHandle);
      return jsonAnswer({}, '1.0');
    }
    case 'DeleteMessageBatch': {
      const { Entries, QueueUrl } = read(HandledMany, body);
      const queue = queueAt(state, pathOf(QueueUrl));
      for (const { ReceiptHandle } of Entries) queue.delete(ReceiptHandle);
      return jsonAnswer({ Successful: Entries.map(({ Id }) => ({ Id })), Failed: [] }, '1.0');
    }
    case 'ChangeMessageVisibility': {
      const { QueueUrl, ReceiptHandle, VisibilityTimeout = 0 } = read(Handled, body);
      queueAt(state, pathOf(QueueUrl)).hide(ReceiptHandle, VisibilityTimeout);
      return jsonAnswer({}, '1.0');
    }
    case 'StartMessageMoveTask':
      return jsonAnswer({ TaskHandle: startMove(state, read(Moving, body)) }, '1.0');
    case 'ListMessageMoveTasks':
      return jsonAnswer({ Results: listMoves(state, read(Listing, body)) }, '1.0');
    default:
      throw new ServiceFault('InvalidAction', `${operation} is not served by this simulated account`);
  }
}

/** Lambda's and the redrive policy's settings come as text. */
const number = z.coerce.number().int().min(0);

const Creating = z.object({
  QueueName: z.string(),
  Attributes: z
    .object({
      DelaySeconds: number.optional(),
      VisibilityTimeout: number.default(30),
      RedrivePolicy: z.string().optional(),
    })
    .prefault({}),
});

const Redrive = z.object({ deadLetterTargetArn: z.string(), maxReceiveCount: number });

const Message = z.object({ MessageBody: z.string().min(1), DelaySeconds: z.number().int().optional() });
const Sending = Message.extend({ QueueUrl: z.string() });
const SendingMany = z.object({
  QueueUrl: z.string(),
  Entries: z
    .array(Message.extend({ Id: z.string() }))
    .min(1)
    .max(10),
});

const Receiving = z.object({
  QueueUrl: z.string(),
  MaxNumberOfMessages: z.number().int().min(1).max(10).default(1),
  VisibilityTimeout: z.number().int().min(0).max(43_200).optional(),
});

const Handled = z.object({
  QueueUrl: z.string(),
  ReceiptHandle: z.string(),
  VisibilityTimeout: z.number().int().min(0).max(43_200).optional(),
});

const HandledMany = z.object({
  QueueUrl: z.string(),
  Entries: z
    .array(z.object({ Id: z.string(), ReceiptHandle: z.string() }))
    .min(1)
    .max(10),
});

const Moving = z.object({
  SourceArn: z.string(),
  DestinationArn: z.string().optional(),
  MaxNumberOfMessagesPerSecond: z.number().int().min(1).max(500).default(500),
});

const Listing = z.object({ SourceArn: z.string(), MaxResults: z.number().int().min(1).max(10).default(1) });

function read<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw new ServiceFault('MissingParameter', z.prettifyError(parsed.error));
  return parsed.data;
}

const pathOf = (url: string) => new URL(url).pathname;

/** One account: whose number the path bears is not looked at. */
function queueAt(state: AccountState, path: string): SimulatedQueue {
  const queue = state.queues.get(`/${OWNER_ACCOUNT}/${path.split('/').at(-1)}`);
  if (queue === undefined) throw new ServiceFault('QueueDoesNotExist', 'The specified queue does not exist.');
  return queue;
}

function createQueue(
  state: AccountState,
  {
    Attributes: { DelaySeconds, RedrivePolicy, VisibilityTimeout },
    QueueName: name,
  }: z.output<typeof Creating>,
): WireAnswer {
  const redrive = RedrivePolicy === undefined ? undefined : Redrive.parse(JSON.parse(RedrivePolicy));
  const { url } = addQueue(state, {
    name,
    visibilitySeconds: VisibilityTimeout,
    ...(DelaySeconds !== undefined && { delaySeconds: DelaySeconds }),
    ...(redrive && {
      maxReceiveCount: redrive.maxReceiveCount,
      deadLetterQueue: queueAt(state, redrive.deadLetterTargetArn.split(':').at(-1) ?? ''),
    }),
  });
  return jsonAnswer({ QueueUrl: url }, '1.0');
}

/** The handle is the message's id: a later receipt does not take an earlier one's right. */
function receiveMessage(
  state: AccountState,
  { MaxNumberOfMessages, QueueUrl, VisibilityTimeout }: z.output<typeof Receiving>,
): WireAnswer {
  const queue = queueAt(state, pathOf(QueueUrl));
  const Messages = queue
    .receive(MaxNumberOfMessages, VisibilityTimeout)
    .map(({ attributes = {}, body, givenUpBy, messageId, receives, sentAt }) => ({
      MessageId: messageId,
      ReceiptHandle: messageId,
      Body: body,
      MD5OfBody: createHash('md5').update(body).digest('hex'),
      Attributes: {
        ApproximateReceiveCount: String(receives),
        SentTimestamp: String(sentAt.getTime()),
        ...(givenUpBy && { DeadLetterQueueSourceArn: givenUpBy }),
      },
      MessageAttributes: Object.fromEntries(
        Object.entries(attributes).map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
      ),
    }));
  return jsonAnswer(Messages.length > 0 ? { Messages } : {}, '1.0');
}

function sendMessage(
  queue: SimulatedQueue,
  { DelaySeconds, MessageBody }: z.output<typeof Message>,
): { readonly MessageId: string; readonly MD5OfMessageBody: string } {
  if (DelaySeconds !== undefined && (DelaySeconds < 0 || DelaySeconds > 900)) {
    throw new ServiceFault(
      'InvalidParameterValue',
      `Value ${DelaySeconds} for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.`,
    );
  }
  const MessageId = queue.send(MessageBody, DelaySeconds);
  return { MessageId, MD5OfMessageBody: createHash('md5').update(MessageBody).digest('hex') };
}
