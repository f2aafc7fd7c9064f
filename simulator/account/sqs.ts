import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from '../../functions/clock.ts';
import { jsonAnswer, type ServiceRequest, type WireAnswer } from './protocol.ts';
import { type AccountState, OWNER_ACCOUNT, ServiceFault, type SimulatedQueue } from './state.ts';

type SqsRequest = Extract<ServiceRequest, { body: unknown }>;

export interface QueueOptions {
  readonly name: string;
  /** @default 900 */
  readonly visibilitySeconds?: number;
  /** @default 5 */
  readonly maxReceiveCount?: number;
}

interface Message {
  readonly id: string;
  readonly body: string;
  visibleAt: Date;
  receives: number;
}

export function addQueue(state: AccountState, endpoint: string, options: QueueOptions): SimulatedQueue {
  const path = `/${OWNER_ACCOUNT}/${options.name}`;
  const queue = openQueue(`${endpoint}${path}`, options, state.clock);
  state.queues.set(path, queue);
  return queue;
}

function openQueue(
  url: string,
  { maxReceiveCount = 5, visibilitySeconds = 900 }: QueueOptions,
  clock: Clock,
): SimulatedQueue {
  const messages = new Map<string, Message>();
  const sent: { body: string; delaySeconds: number; at: Date }[] = [];
  const deadLetters: Message[] = [];
  const inSeconds = (seconds: number) => new Date(clock.now().getTime() + seconds * 1_000);
  const bury = () => {
    for (const message of messages.values()) {
      if (message.receives < maxReceiveCount || message.visibleAt > clock.now()) continue;
      messages.delete(message.id);
      deadLetters.push(message);
    }
  };
  return {
    url,
    sent,
    deadLetters,
    send: (body, delaySeconds = 0) => {
      const id = `message-${sent.length + 1}`;
      sent.push({ body, delaySeconds, at: clock.now() });
      messages.set(id, { id, body, visibleAt: inSeconds(delaySeconds), receives: 0 });
      return id;
    },
    receive: (most) => {
      bury();
      const due = [...messages.values()].filter(({ visibleAt }) => visibleAt <= clock.now()).slice(0, most);
      return due.map((message) => {
        message.receives += 1;
        message.visibleAt = inSeconds(visibilitySeconds);
        return { messageId: message.id, body: message.body, receives: message.receives };
      });
    },
    delete: (messageId) => messages.delete(messageId),
    nextDueAt: () => {
      const times = [...messages.values()].map(({ visibleAt }) => visibleAt.getTime());
      return times.length === 0 ? undefined : new Date(Math.min(...times));
    },
  };
}

const Sending = z.object({
  QueueUrl: z.string(),
  MessageBody: z.string().min(1),
  DelaySeconds: z.number().int().default(0),
});

/** Answers for SQS: SendMessage. */
export function answerSqs(state: AccountState, { operation, body }: SqsRequest): WireAnswer {
  if (operation !== 'SendMessage')
    throw new ServiceFault('InvalidAction', `${operation} is not served by this simulated account`);
  const parsed = Sending.safeParse(body);
  if (!parsed.success) throw new ServiceFault('MissingParameter', z.prettifyError(parsed.error));
  const { DelaySeconds, MessageBody, QueueUrl } = parsed.data;
  const queue = state.queues.get(new URL(QueueUrl).pathname);
  if (queue === undefined) throw new ServiceFault('QueueDoesNotExist', 'The specified queue does not exist.');
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
