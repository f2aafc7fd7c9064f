import type { Clock } from '../../functions/clock.ts';
import type { Beside, SimulatedQueue } from './message-queue.ts';
import { type AccountState, OWNER_ACCOUNT } from './state.ts';

export interface QueueOptions {
  readonly name: string;
  /** Of messages that name no delay of their own. @default 0 */
  readonly delaySeconds?: number;
  /** @default 900 */
  readonly visibilitySeconds?: number;
  /** @default 5 */
  readonly maxReceiveCount?: number;
  /** Where messages go that were received too often. @default they are gone */
  readonly deadLetterQueue?: SimulatedQueue;
}

interface Message {
  readonly id: string;
  readonly body: string;
  readonly beside: Beside;
  readonly sentAt: Date;
  visibleAt: Date;
  receives: number;
}

export function addQueue(state: AccountState, options: QueueOptions): SimulatedQueue {
  const path = `/${OWNER_ACCOUNT}/${options.name}`;
  const arn = `arn:aws:sqs:${state.region}:${OWNER_ACCOUNT}:${options.name}`;
  const queue = openQueue({ url: `${state.endpoint}${path}`, arn }, options, state.clock);
  state.queues.set(path, queue);
  return queue;
}

function openQueue(
  identity: Pick<SimulatedQueue, 'url' | 'arn'>,
  {
    deadLetterQueue,
    delaySeconds: usualDelay = 0,
    maxReceiveCount = 5,
    visibilitySeconds = 900,
  }: QueueOptions,
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
      deadLetterQueue?.send(message.body, 0, { ...message.beside, givenUpBy: identity.arn });
    }
  };
  return {
    ...identity,
    ...(deadLetterQueue && { deadLetterQueue }),
    sent,
    deadLetters,
    waiting: () => messages.size,
    send: (body, delaySeconds = usualDelay, beside = {}) => {
      const id = `message-${sent.length + 1}`;
      sent.push({ body, delaySeconds, at: clock.now() });
      const sentAt = clock.now();
      messages.set(id, { id, body, beside, sentAt, visibleAt: inSeconds(delaySeconds), receives: 0 });
      return id;
    },
    receive: (most, hiddenSeconds = visibilitySeconds) => {
      bury();
      const due = [...messages.values()].filter(({ visibleAt }) => visibleAt <= clock.now()).slice(0, most);
      return due.map((message) => {
        message.receives += 1;
        message.visibleAt = inSeconds(hiddenSeconds);
        const { beside, body, id, receives, sentAt } = message;
        return { messageId: id, body, receives, sentAt, ...beside };
      });
    },
    hide: (messageId, seconds) => {
      const message = messages.get(messageId);
      if (message) message.visibleAt = inSeconds(seconds);
    },
    delete: (messageId) => messages.delete(messageId),
    nextDueAt: () => {
      const times = [...messages.values()].map(({ visibleAt }) => visibleAt.getTime());
      return times.length === 0 ? undefined : new Date(Math.min(...times));
    },
  };
}
