import { setTimeout as sleep } from 'node:timers/promises';
import {
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import * as z from 'zod/mini';
import type { LocalFunction } from '../lambda/function.ts';
import type { QueueMapping } from '../template/stack.ts';

export interface PollerOptions {
  readonly sqs: SQSClient;
  readonly queueUrl: string;
  readonly mapping: QueueMapping;
  readonly target: LocalFunction;
  readonly region: string;
  /** How long a received message stays hidden; Lambda keeps trying a throttled batch as long. */
  readonly visibilitySeconds: number;
  readonly signal: AbortSignal;
}

const LOOK_AGAIN_MS = 250;
const MOST_RECEIVED = 10;

/** Batches at once while messages keep coming: so many at first, so many more each second. */
const FIRST_BATCHES = 5;
const MORE_A_SECOND = 5;
const MOST_BATCHES = 1_250;

/**
 * Lambda's own poller of a queue: batches, partial failures, no more at once than the mapping allows, and no faster than
 * it grows. docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
 */
export async function poll(options: PollerOptions): Promise<void> {
  const { mapping, signal } = options;
  let running = 0;
  let busySince = 0;
  while (!signal.aborted) {
    if (running === 0) busySince = Date.now();
    const grown = FIRST_BATCHES + (MORE_A_SECOND * (Date.now() - busySince)) / 1_000;
    if (running < Math.min(mapping.mostConcurrent ?? MOST_BATCHES, Math.floor(grown))) {
      const batch = await gather(options).catch(() => []);
      if (batch.length > 0) {
        running += 1;
        void work(options, batch).finally(() => {
          running -= 1;
        });
        continue;
      }
    }
    await sleep(LOOK_AGAIN_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** Until the batch is full or the window is over. */
async function gather({ mapping, queueUrl, signal, sqs }: PollerOptions): Promise<readonly Message[]> {
  const batch: Message[] = [];
  let until = Number.POSITIVE_INFINITY;
  while (batch.length < mapping.batchSize && !signal.aborted) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: Math.min(MOST_RECEIVED, mapping.batchSize - batch.length),
        MessageSystemAttributeNames: ['ApproximateReceiveCount', 'SentTimestamp'],
      }),
      { abortSignal: signal },
    );
    if (batch.length === 0 && Messages.length > 0) until = Date.now() + mapping.windowSeconds * 1_000;
    batch.push(...Messages);
    if (batch.length === 0 || Date.now() >= until) break;
    if (Messages.length === 0) await sleep(100);
  }
  return batch;
}

async function work(options: PollerOptions, batch: readonly Message[]): Promise<void> {
  const { mapping, region, signal, target, visibilitySeconds } = options;
  const event = { Records: batch.map((each) => toRecord(each, mapping.queue, region)) };
  const until = Date.now() + visibilitySeconds * 1_000;
  for (let pause = 500; Date.now() < until && !signal.aborted; pause = Math.min(pause * 2, 5_000)) {
    const ending = await target.invoke(event);
    if (ending.type === 'throttled') {
      await sleep(pause, undefined, { signal }).catch(() => undefined);
      continue;
    }
    // What failed shows again when its visibility timeout is over.
    if (ending.type === 'returned') await remove(options, batch, failuresOf(mapping, ending.answer));
    return;
  }
}

const partial = z.object({ batchItemFailures: z.array(z.object({ itemIdentifier: z.string() })) });

function failuresOf({ reportsFailures }: QueueMapping, answer: unknown): ReadonlySet<string> {
  const parsed = partial.safeParse(answer);
  if (!reportsFailures || !parsed.success) return new Set();
  return new Set(parsed.data.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
}

async function remove(
  { queueUrl, sqs }: PollerOptions,
  batch: readonly Message[],
  failures: ReadonlySet<string>,
): Promise<void> {
  const done = batch.filter(({ MessageId = '' }) => !failures.has(MessageId));
  for (let at = 0; at < done.length; at += MOST_RECEIVED) {
    const Entries = done
      .slice(at, at + MOST_RECEIVED)
      .map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries })).catch(() => undefined);
  }
}

function toRecord({ Attributes, Body, MessageId, ReceiptHandle }: Message, arn: string, awsRegion: string) {
  return {
    messageId: MessageId,
    receiptHandle: ReceiptHandle,
    body: Body,
    attributes: Attributes ?? {},
    messageAttributes: {},
    eventSource: 'aws:sqs',
    eventSourceARN: arn,
    awsRegion,
  };
}
