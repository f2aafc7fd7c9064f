import { isContinuation, parseContinuation } from '../../functions/continuation/continuation.ts';
import { MalformedSignalError } from '../../functions/errors.ts';
import { nameOfKind } from '../../functions/notify/message/words.ts';
import { isRecord } from '../../functions/signals/fields.ts';
import type { Interruption, InterruptionKind } from '../../functions/signals/interruption.ts';
import { parseSignal } from '../../functions/signals/parse.ts';
import { regionOf } from '../../functions/signals/region.ts';
import { isScheduledRun, SCHEDULED_RUNS } from '../../infra/scheduled-runs.ts';
import { type Letter, type Opened, open } from './letter.ts';

/** What shall become of a dead letter. */
export type Verdict =
  | { readonly type: 'send'; readonly body: string }
  /** Acting on it now would be wrong: the time that it was about is over. */
  | { readonly type: 'stale'; readonly reason: string }
  /** Nothing was ever to be done on it. */
  | { readonly type: 'needless'; readonly reason: string }
  /** Stays where it is: somebody must read it. */
  | { readonly type: 'unreadable'; readonly reason: string };

export interface Judged {
  readonly letter: Letter;
  readonly what: string;
  /** How it came to be here. */
  readonly why: string;
  readonly verdict: Verdict;
}

const MINUTE_MS = 60_000;

/**
 * Signals that name no deadline are acted on for so long. A state change is over within minutes, and the instance may run
 * again by then; a recommendation is worth an hour; Auto Scaling keeps a hook waiting for two days at most.
 */
const GOOD_FOR_MS: Readonly<Partial<Record<InterruptionKind, number>>> = {
  'rebalance-recommendation': 60 * MINUTE_MS,
  'terminate-hook': 48 * 60 * MINUTE_MS,
};
const NOTICE_MS = 2 * MINUTE_MS;

/** Whether a dead letter is worth sending again. `region` is the home region, for events that name none. */
export function judge(
  letter: Letter,
  { now, region }: { readonly now: Date; readonly region: string },
): Judged {
  const opened = open(letter);
  const { content, why } = opened;
  const run = scheduledRun(opened);
  if (run !== undefined) return { letter, what: run, why, verdict: MADE_UP_FOR };
  try {
    const { interruptions, nothing, what } = read(content, region);
    return { letter, what, why, verdict: nothing ?? weigh(interruptions, { content, now }) };
  } catch (error) {
    if (!(error instanceof MalformedSignalError)) throw error;
    const verdict: Verdict = { type: 'unreadable', reason: error.message };
    return { letter, what: 'not readable', why, verdict };
  }
}

const MADE_UP_FOR: Verdict = { type: 'needless', reason: 'the next run does the same' };

/** Which of the schedules' runs it is of; `undefined` for whatever else. */
function scheduledRun({ content, schedule }: Opened): string | undefined {
  if (schedule !== undefined) return `run of the schedule ${schedule}`;
  const run = isRecord(content) ? content.run : undefined;
  return isScheduledRun(run) ? `run of the ${SCHEDULED_RUNS[run]}` : undefined;
}

type Timed = Omit<Interruption, 'instanceId'>;

interface Read {
  readonly what: string;
  readonly interruptions: readonly Timed[];
  readonly nothing?: Verdict;
}

/** @throws MalformedSignalError */
function read(content: unknown, home: string): Read {
  if (isContinuation(content)) {
    const { interruption } = parseContinuation(content);
    const what = `${describe(interruption, [interruption.instanceId])}, to be gone on with`;
    return { what, interruptions: [interruption] };
  }
  const signal = parseSignal(content, { region: regionOf(content) ?? home });
  switch (signal.type) {
    case 'ignored':
      return {
        what: 'an event that is no interruption',
        interruptions: [],
        nothing: { type: 'needless', reason: signal.reason },
      };
    case 'reservation-expiry': {
      const { capacityReservationId, interruption } = signal.expiry;
      return {
        what: describe(interruption, [capacityReservationId]),
        interruptions: [interruption],
      };
    }
    case 'interruptions': {
      const [first] = signal.interruptions;
      const ids = signal.interruptions.map(({ instanceId }) => instanceId);
      return {
        what: first ? describe(first, ids) : 'an event without instances',
        interruptions: signal.interruptions,
      };
    }
  }
}

/** Sent again when any of its instances still has time. */
function weigh(
  interruptions: readonly Timed[],
  { content, now }: { readonly content: unknown; readonly now: Date },
): Verdict {
  const reasons = interruptions.map((each) => staleness(each, now));
  const [reason] = reasons;
  if (reason !== undefined && !reasons.includes(undefined)) return { type: 'stale', reason };
  return { type: 'send', body: JSON.stringify(content) };
}

/** Why nothing may be done on it any more. What takes a cordon back is never too late: newer rows of the table refuse it. */
function staleness({ cancelled, deadline, kind, noticedAt }: Timed, now: Date): string | undefined {
  if (cancelled) return undefined;
  if (deadline) return deadline <= now ? `its deadline passed ${ago(deadline, now)}` : undefined;
  const goodUntil = noticedAt.getTime() + (GOOD_FOR_MS[kind] ?? NOTICE_MS);
  return goodUntil <= now.getTime() ? `it is of ${ago(noticedAt, now)}` : undefined;
}

function describe({ cancelled, kind, noticedAt }: Timed, about: readonly string[]): string {
  const ids =
    about.length > 3 ? `${about.slice(0, 3).join(', ')} and ${about.length - 3} more` : about.join(', ');
  return `${nameOfKind(kind)}${cancelled ? ' taken back' : ''} of ${ids}, ${noticedAt.toISOString()}`;
}

function ago(then: Date, now: Date): string {
  const minutes = Math.max(0, Math.round((now.getTime() - then.getTime()) / MINUTE_MS));
  if (minutes < 120) return `${minutes} minutes ago`;
  const hours = Math.round(minutes / 60);
  return hours < 72 ? `${hours} hours ago` : `${Math.round(hours / 24)} days ago`;
}
