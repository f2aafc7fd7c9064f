import * as z from 'zod/mini';
import { type Continuation, isContinuation, parseContinuation } from '../continuation/continuation.ts';
import { MalformedSignalError } from '../errors.ts';
import { regionOf } from '../signals/region.ts';
import type { RespondDeps, RespondOptions } from './deps.ts';
import { respondAndFollow } from './follow.ts';
import type { InterruptionReport } from './report.ts';
import { respond } from './respond.ts';
import { takeUp } from './take-up.ts';

/** What a delivery led to, and what the Lambda answers: for SQS, which records to deliver again. */
export interface Delivered {
  readonly reports: readonly InterruptionReport[];
  readonly answer: { readonly batchItemFailures: readonly { readonly itemIdentifier: string }[] } | undefined;
  /** Of a direct event: to be thrown when the metrics are out, so that it ends in the dead-letter queue. */
  readonly failure?: Error;
}

/** Who looks on, and may stop it. */
export type Watch = Pick<RespondOptions, 'signal' | 'observe'>;

/** Lambda is not told to stop, it is cut off: drains end before. */
const unwatched: Watch = { signal: new AbortController().signal, observe: () => undefined };

const sqsBatch = z.object({
  Records: z.array(z.object({ messageId: z.string(), body: z.string(), eventSource: z.literal('aws:sqs') })),
});

/**
 * One EventBridge event, or a batch of SQS records each carrying one or a continuation of our own. Records of a batch are handled at the
 * same time over one connection pool, and fail one by one. A record follows a run that holds
 * its instance, and takes over when that dies.
 *
 * @throws MalformedSignalError for a direct event that cannot be read.
 */
export async function handleDelivery(
  delivery: unknown,
  deps: RespondDeps,
  watch: Watch = unwatched,
): Promise<Delivered> {
  const delivered = await handleOwn(delivery, deps, watch);
  return { ...delivered, reports: [...delivered.reports, ...(await settleLeads(deps))] };
}

/** Waits for the nodes that other runs have handed to this one, in each region; none of them is this delivery's failure. */
async function settleLeads(deps: RespondDeps): Promise<readonly InterruptionReport[]> {
  const leaders = new Set([deps, ...(deps.elsewhere?.values() ?? [])].map(({ leader }) => leader));
  return (await Promise.all([...leaders].map((leader) => leader.settled()))).flat();
}

async function handleOwn(delivery: unknown, deps: RespondDeps, watch: Watch): Promise<Delivered> {
  const batch = sqsBatch.safeParse(delivery);
  if (!batch.success) {
    const reports = await handleEvent(delivery, deps, respond, { ...watch, dryRun: false, lastTry: false });
    // An end that was not told is in the table, and told by the second target.
    const failure = failureOf(reports);
    return { reports, answer: undefined, ...(failure && { failure }) };
  }
  const handled = await Promise.all(batch.data.Records.map((record) => handleRecord(record, deps, watch)));
  return {
    reports: handled.flatMap(({ reports }) => reports),
    answer: { batchItemFailures: handled.flatMap(({ failed }) => (failed ? [failed] : [])) },
  };
}

async function handleRecord(
  { messageId, body }: { messageId: string; body: string },
  deps: RespondDeps,
  watch: Watch,
) {
  const failed = { itemIdentifier: messageId };
  try {
    const event = parseBody(body);
    const options = { ...watch, dryRun: false, lastTry: true };
    const reports = isContinuation(event)
      ? await takeUpInRegion(parseContinuation(event), deps, options)
      : await handleEvent(event, deps, respondAndFollow, options);
    return failureOf(reports) || reports.some(({ isUntold }) => isUntold) ? { reports, failed } : { reports };
  } catch (error) {
    deps.log.error('Record failed', {
      messageId,
      error: error instanceof Error ? error.message : String(error),
    });
    return { reports: [], failed };
  }
}

async function handleEvent(
  event: unknown,
  deps: RespondDeps,
  answerTo: typeof respond,
  options: RespondOptions,
): Promise<readonly InterruptionReport[]> {
  const answer = await answerTo(event, depsFor(regionOf(event), deps), options);
  return answer.type === 'ignored' ? [] : answer.reports;
}

function takeUpInRegion(continuation: Continuation, deps: RespondDeps, options: RespondOptions) {
  return takeUp(continuation, depsFor(continuation.interruption.region, deps), options);
}

/** An event of a region that is not served, or that says none, meets the home region's: they log why nothing is done. */
function depsFor(region: string | undefined, home: RespondDeps): RespondDeps {
  if (region === undefined || region === home.region) return home;
  const there = home.elsewhere?.get(region);
  return there ? { ...there, timeLeftMs: home.timeLeftMs } : home;
}

function failureOf(reports: readonly InterruptionReport[]): Error | undefined {
  for (const { interruption, outcome } of reports) {
    if (outcome.type === 'failed') return new Error(`${interruption.instanceId}: ${outcome.reason}`);
  }
  return undefined;
}

function parseBody(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw new MalformedSignalError('(record body)', 'is not JSON', { cause });
  }
}
