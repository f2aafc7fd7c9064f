import type { RecordedCall } from '../account/gateway.ts';
import type { QueueMapping } from '../template/stack.ts';
import { PRICES } from './prices.ts';

/** What something makes AWS count. */
export interface Usage {
  readonly gigabyteSeconds: number;
  readonly invocations: number;
  readonly tableReads: number;
  readonly tableWrites: number;
  readonly queueRequests: number;
  readonly busEvents: number;
  readonly secretCalls: number;
}

export interface FunctionRuns {
  readonly memoryMegabytes: number;
  readonly milliseconds: readonly number[];
}

/** Reads and writes of a call are counted as one unit each: a batch as its 25 rows at most. */
export function usageOf(
  calls: readonly Pick<RecordedCall, 'operation' | 'service'>[],
  runs: readonly FunctionRuns[],
  queueMessages: number,
): Usage {
  const count = (service: string, operations: RegExp) =>
    calls.filter((each) => each.service === service && operations.test(each.operation)).length;
  return {
    gigabyteSeconds: runs.reduce(
      (sum, { memoryMegabytes, milliseconds }) =>
        sum + (memoryMegabytes / 1_024) * (milliseconds.reduce((all, one) => all + one, 0) / 1_000),
      0,
    ),
    invocations: runs.reduce((sum, { milliseconds }) => sum + milliseconds.length, 0),
    tableReads: count('dynamodb', /^(GetItem|Query)$/) + BATCH * count('dynamodb', /^BatchGetItem$/),
    tableWrites:
      count('dynamodb', /^(PutItem|UpdateItem|DeleteItem)$/) + BATCH * count('dynamodb', /^BatchWriteItem$/),
    // Each message is sent, received and deleted.
    queueRequests: 3 * queueMessages + count('sqs', /./),
    busEvents: count('events', /^PutEvents$/),
    secretCalls: count('secretsmanager', /./),
  };
}

const BATCH = 25;

export function dollarsOf(usage: Usage): number {
  return (
    usage.gigabyteSeconds * PRICES.lambdaGigabyteSecond +
    usage.invocations * PRICES.lambdaRequest +
    usage.tableReads * PRICES.tableRead +
    usage.tableWrites * PRICES.tableWrite +
    usage.queueRequests * PRICES.queueRequest +
    usage.busEvents * PRICES.busEvent +
    usage.secretCalls * PRICES.secretCall
  );
}

const MINUTES_A_MONTH = 43_800;
/** Lambda asks an empty queue every twenty seconds, with so many pollers for a mapping. */
const POLLERS = 5;
const POLLS_A_MINUTE = 3;

export interface Month {
  readonly minutePasses: number;
  readonly polling: number;
  readonly secrets: number;
  readonly interruptions: number;
  readonly total: number;
}

/** Dollars a month: what runs each minute whether or not something happens, and what each interruption adds. */
export function monthOf(
  perMinute: Usage,
  perInterruption: Usage,
  interruptions: number,
  mappings: readonly Pick<QueueMapping, 'mostConcurrent'>[],
  secrets: number,
): Month {
  const pollers = mappings.reduce((sum, { mostConcurrent }) => sum + Math.min(POLLERS, mostConcurrent), 0);
  const parts = {
    minutePasses: MINUTES_A_MONTH * (dollarsOf(perMinute) + 2 * PRICES.schedule),
    polling: MINUTES_A_MONTH * pollers * POLLS_A_MINUTE * PRICES.queueRequest,
    secrets: secrets * PRICES.secretMonth,
    interruptions: interruptions * dollarsOf(perInterruption),
  };
  return { ...parts, total: Object.values(parts).reduce((sum, part) => sum + part, 0) };
}
