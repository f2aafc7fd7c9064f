import type { RecordedCall } from '../account/gateway.ts';
import type { QueueMapping } from '../template/stack.ts';
import { FREE, PRICES } from './prices.ts';

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

/** Each row that is read or written is one unit: ours are smaller than that. */
export function usageOf(
  calls: readonly Pick<RecordedCall, 'operation' | 'service' | 'units'>[],
  runs: readonly FunctionRuns[],
  queueMessages: number,
): Usage {
  const billed = (service: string, operations = /./) =>
    calls.reduce(
      (all, each) => all + (each.service === service && operations.test(each.operation) ? each.units : 0),
      0,
    );
  return {
    gigabyteSeconds: runs.reduce(
      (sum, { memoryMegabytes, milliseconds }) =>
        sum + (memoryMegabytes / 1_024) * (milliseconds.reduce((all, one) => all + one, 0) / 1_000),
      0,
    ),
    invocations: runs.reduce((sum, { milliseconds }) => sum + milliseconds.length, 0),
    tableReads: billed('dynamodb', /^(GetItem|Query|BatchGetItem)$/),
    tableWrites: billed('dynamodb', /^(PutItem|UpdateItem|DeleteItem|BatchWriteItem)$/),
    // Each message is sent, received and deleted.
    queueRequests: 3 * queueMessages + billed('sqs'),
    busEvents: billed('events'),
    secretCalls: billed('secretsmanager'),
  };
}

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
/** What starts each minute: the index pass and the fallback. */
const SCHEDULES = 2;
/** The hour's row of a cluster is written once a minute; passes that are counted here come within one. */
const HOUR_ROWS = 1;
/**
 * Lambda asks an empty queue every twenty seconds, by as few as two pollers, or by five where the mapping bounds its concurrency.
 * docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
 */
const POLLERS = { bounded: 5, free: 2 };
const POLLS_A_MINUTE = 3;

export interface Month {
  readonly minutePasses: number;
  readonly polling: number;
  readonly secrets: number;
  readonly interruptions: number;
  readonly total: number;
  /** In an account that uses nothing else of what AWS gives for nothing each month. */
  readonly withFreeTier: number;
}

/** Dollars a month: what runs each minute whether or not something happens, and what each interruption adds. */
export function monthOf(
  perMinute: Usage,
  perInterruption: Usage,
  interruptions: number,
  mappings: readonly Pick<QueueMapping, 'mostConcurrent'>[],
  secrets: number,
): Month {
  const minutes = times(perMinute, MINUTES_A_MONTH);
  const passes = { ...minutes, tableWrites: minutes.tableWrites + HOUR_ROWS * MINUTES_A_MONTH };
  const pollers = mappings.reduce(
    (sum, { mostConcurrent }) => sum + (mostConcurrent === undefined ? POLLERS.free : POLLERS.bounded),
    0,
  );
  const polls = MINUTES_A_MONTH * pollers * POLLS_A_MINUTE;
  const events = times(perInterruption, interruptions);
  const starts = SCHEDULES * MINUTES_A_MONTH;
  const parts = {
    minutePasses: dollarsOf(passes) + starts * PRICES.schedule,
    polling: polls * PRICES.queueRequest,
    secrets: secrets * PRICES.secretMonth,
    interruptions: dollarsOf(events),
  };
  const total = Object.values(parts).reduce((sum, part) => sum + part, 0);
  const given =
    Math.min(FREE.gigabyteSeconds, passes.gigabyteSeconds + events.gigabyteSeconds) *
      PRICES.lambdaGigabyteSecond +
    Math.min(FREE.invocations, passes.invocations + events.invocations) * PRICES.lambdaRequest +
    Math.min(FREE.queueRequests, polls + passes.queueRequests + events.queueRequests) * PRICES.queueRequest +
    Math.min(FREE.schedules, starts) * PRICES.schedule;
  return { ...parts, total, withFreeTier: total - given };
}

/** Each counted number so many times. */
export function times(usage: Usage, factor: number): Usage {
  return {
    gigabyteSeconds: usage.gigabyteSeconds * factor,
    invocations: usage.invocations * factor,
    tableReads: usage.tableReads * factor,
    tableWrites: usage.tableWrites * factor,
    queueRequests: usage.queueRequests * factor,
    busEvents: usage.busEvents * factor,
    secretCalls: usage.secretCalls * factor,
  };
}
