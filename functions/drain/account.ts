import * as z from 'zod/mini';
import type { TrainingOutcome } from '../checkpoint/outcome.ts';
import type { DrainReport, PodOutcome, PodReport } from './outcome.ts';

/**
 * What one run of a drain tells the next: every pod that was to move, and what became of it so far. JSON, for the
 * incident's row.
 */
export function writeAccount(pods: readonly PodReport[]): string {
  return JSON.stringify(pods.filter(({ decision }) => decision !== 'skip'));
}

/** Nothing when there is nothing, or when another version wrote it: the drain itself does not depend on it. */
export function readAccount(text: string | undefined): readonly PodReport[] {
  if (text === undefined) return [];
  const parsed = z.safeParse(z.array(podReport), JSON.parse(text));
  return parsed.success ? parsed.data : [];
}

/**
 * The report of the whole drain: what the last run saw, and what only earlier ones did. `listedAt` is when the last
 * run listed the node: a pod that it did not find any more was gone by then.
 */
export function addEarlier(drain: DrainReport, earlier: readonly PodReport[], listedAt: Date): DrainReport {
  const before = new Map(earlier.map((pod) => [pod.uid, pod]));
  const seen = drain.pods.map((pod) => withEarlier(pod, before.get(pod.uid)));
  const present = new Set(drain.pods.map(({ uid }) => uid));
  const left = earlier.filter(({ uid }) => !present.has(uid)).map((pod) => nowGone(pod, listedAt));
  const pods = [...left, ...seen];
  const accepted = pods
    .flatMap(({ outcome }) => ('acceptedAt' in outcome && outcome.acceptedAt ? [outcome.acceptedAt] : []))
    .sort((one, other) => one.getTime() - other.getTime());
  const [first = drain.firstEvictionAt] = accepted;
  const last = accepted.at(-1) ?? drain.lastEvictionAt;
  return {
    ...drain,
    pods,
    ...(first && { firstEvictionAt: first }),
    ...(last && { lastEvictionAt: last }),
  };
}

/** A pod that an earlier run evicted is only watched by this one; the eviction stays ours. */
function withEarlier(pod: PodReport, before: PodReport | undefined): PodReport {
  if (!before || pod.decision !== 'await') return pod;
  const { outcome } = pod;
  const { checkpoint, gracePeriodSeconds, reason, decision } = before;
  const whole = {
    ...pod,
    decision,
    reason,
    ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }),
    ...(checkpoint && { checkpoint }),
  };
  const acceptedAt = 'acceptedAt' in before.outcome ? before.outcome.acceptedAt : undefined;
  if (!acceptedAt) return pod;
  if (outcome.result === 'already-gone')
    return { ...whole, outcome: gone(before.outcome, acceptedAt, outcome.goneAt) };
  if (outcome.result === 'still-terminating') return { ...whole, outcome: { ...outcome, acceptedAt } };
  return pod;
}

function nowGone(pod: PodReport, goneBy: Date): PodReport {
  const { outcome } = pod;
  if ('goneAt' in outcome && outcome.goneAt) return pod;
  const acceptedAt = 'acceptedAt' in outcome ? outcome.acceptedAt : undefined;
  if (!acceptedAt) return { ...pod, outcome: { result: 'already-gone', goneAt: goneBy } };
  return { ...pod, outcome: gone(outcome, acceptedAt, goneBy) };
}

function gone(before: PodOutcome, acceptedAt: Date, goneAt: Date): PodOutcome {
  if (before.result === 'deleted') return { ...before, goneAt };
  return { result: 'evicted', acceptedAt, goneAt };
}

const time = z.pipe(
  z.iso.datetime(),
  z.transform((text) => new Date(text)),
);
const names = z.array(z.string());
const id = z.string();
const lost = { gang: z.string(), lost: z.string() };

const training = z.discriminatedUnion('result', [
  z.object({
    result: z.literal('saved'),
    id,
    step: z.optional(z.number()),
    uri: z.optional(z.string()),
    ...lost,
  }),
  z.object({ result: z.literal(['unfinished', 'not-acknowledged', 'failed', 'would-ask']), id, ...lost }),
  z.object({ result: z.literal('unconfirmed'), id, reason: z.string(), ...lost }),
  z.object({
    result: z.literal(['stopped-early', 'not-asked', 'not-opted-in']),
    reason: z.string(),
    ...lost,
  }),
]) satisfies z.ZodMiniType<TrainingOutcome>;

const outcome = z.discriminatedUnion('result', [
  z.object({ result: z.literal('evicted'), acceptedAt: time, goneAt: z.exactOptional(time) }),
  z.object({
    result: z.literal('deleted'),
    acceptedAt: time,
    goneAt: z.exactOptional(time),
    reason: z.string(),
    budgets: names,
  }),
  z.object({ result: z.literal('already-gone'), goneAt: time }),
  z.object({ result: z.literal('blocked'), reason: z.string(), budgets: names }),
  z.object({ result: z.literal('still-terminating'), acceptedAt: z.exactOptional(time) }),
  z.object({ result: z.literal(['failed', 'skipped']), reason: z.string() }),
]) satisfies z.ZodMiniType<PodOutcome>;

const podReport = z.object({
  namespace: z.string(),
  name: z.string(),
  uid: z.string(),
  workload: z.exactOptional(z.string()),
  decision: z.enum(['skip', 'await', 'save-first', 'evict']),
  reason: z.string(),
  warning: z.exactOptional(z.string()),
  gracePeriodSeconds: z.exactOptional(z.number()),
  checkpoint: z.exactOptional(training),
  outcome,
}) satisfies z.ZodMiniType<PodReport>;
