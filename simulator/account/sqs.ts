import { createHash } from 'node:crypto';
import { z } from 'zod';
import { listMoves, startMove } from './message-moves.ts';
import { jsonAnswer, type ServiceRequest, type WireAnswer } from './protocol.ts';
import { type AccountState, OWNER_ACCOUNT, ServiceFault, type SimulatedQueue } from './state.ts';

type SqsRequest = Extract<ServiceRequest, { body: unknown }>;

/** Answers for SQS: what our code calls. For functions the poller receives, see `event-source.ts`. */
export function answerSqs(state: AccountState, { operation, body }: SqsRequest): WireAnswer {
  switch (operation) {
    case 'SendMessage':
      return sendMessage(state, read(Sending, body));
    case 'GetQueueUrl': {
      const { QueueName } = read(z.object({ QueueName: z.string() }), body);
      return jsonAnswer({ QueueUrl: queueAt(state, `/${OWNER_ACCOUNT}/${QueueName}`).url }, '1.0');
    }
    case 'GetQueueAttributes': {
      const { QueueUrl } = read(z.object({ QueueUrl: z.string() }), body);
      const queue = queueAt(state, new URL(QueueUrl).pathname);
      const Attributes = { QueueArn: queue.arn, ApproximateNumberOfMessages: String(queue.waiting()) };
      return jsonAnswer({ Attributes }, '1.0');
    }
    case 'ReceiveMessage':
      return receiveMessage(state, read(Receiving, body));
    case 'DeleteMessage': {
      const { QueueUrl, ReceiptHandle } = read(Handled, body);
      queueAt(state, new URL(QueueUrl).pathname).delete(ReceiptHandle);
      return jsonAnswer({}, '1.0');
    }
    case 'ChangeMessageVisibility': {
      const { QueueUrl, ReceiptHandle, VisibilityTimeout = 0 } = read(Handled, body);
      queueAt(state, new URL(QueueUrl).pathname).hide(ReceiptHandle, VisibilityTimeout);
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

const Sending = z.object({
  QueueUrl: z.string(),
  MessageBody: z.string().min(1),
  DelaySeconds: z.number().int().default(0),
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

function queueAt(state: AccountState, path: string): SimulatedQueue {
  const queue = state.queues.get(path);
  if (queue === undefined) throw new ServiceFault('QueueDoesNotExist', 'The specified queue does not exist.');
  return queue;
}

/** The handle is the message's id: a later receipt does not take an earlier one's right. */
function receiveMessage(
  state: AccountState,
  { MaxNumberOfMessages, QueueUrl, VisibilityTimeout }: z.output<typeof Receiving>,
): WireAnswer {
  const queue = queueAt(state, new URL(QueueUrl).pathname);
  const Messages = queue
    .receive(MaxNumberOfMessages, VisibilityTimeout)
    .map(({ attributes = {}, body, givenUpBy, messageId }) => ({
      MessageId: messageId,
      ReceiptHandle: messageId,
      Body: body,
      MD5OfBody: createHash('md5').update(body).digest('hex'),
      Attributes: { ...(givenUpBy && { DeadLetterQueueSourceArn: givenUpBy }) },
      MessageAttributes: Object.fromEntries(
        Object.entries(attributes).map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
      ),
    }));
  return jsonAnswer(Messages.length > 0 ? { Messages } : {}, '1.0');
}

function sendMessage(
  state: AccountState,
  { DelaySeconds, MessageBody, QueueUrl }: z.output<typeof Sending>,
): WireAnswer {
  const queue = queueAt(state, new URL(QueueUrl).pathname);
  if (DelaySeconds < 0 || DelaySeconds > 900) {
    throw new ServiceFault(
      'InvalidParameterValue',
      `Value ${DelaySeconds} for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.`,
    );
  }
  const MessageId = queue.send(MessageBody, DelaySeconds);
  const MD5OfMessageBody = createHash('md5').update(MessageBody).digest('hex');
  return jsonAnswer({ MessageId, MD5OfMessageBody }, '1.0');
}
