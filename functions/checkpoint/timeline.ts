import type { CheckpointOptions } from './opt-in.ts';

/**
 * The arithmetic of one save. For a spot notice (T+0, deadline T+120):
 *
 *     T+0    T+20              T+95          T+105    T+120
 *     flag   not started:      still saving: budget:  instance gone
 *            evict             evict         delete
 */
export interface SaveTimes {
  /** The deadline that the job is told. */
  readonly deadline: Date;
  /** A pod that has not said `Started` by then does not listen. */
  readonly startBy: Date;
  /** From then on the time that is left belongs to the pods' own shutdown. */
  readonly saveUntil: Date;
  /** When a budget that is still in the way of a pod evicted at `saveUntil` is overridden. */
  readonly overrideAt: Date;
}

export interface SaveOccasion {
  /** The event's own time. */
  readonly noticedAt: Date;
  /** When the instance goes, if anybody knows. */
  readonly deadline?: Date;
  /** When this run stops trying, deadline or not. */
  readonly giveUpAt: Date;
}

const START_SECONDS = 20;
/** However late the event came: the kubelet's sync takes a second or more, the job looks twice a second. */
const LEAST_TO_START_SECONDS = 8;
/** Eviction, SIGTERM, volumes: kept of the notice for the pods' end. */
const RESERVE_SECONDS = 25;
const OVERRIDE_RESERVE_SECONDS = 15;
/** Without a deadline a save may take this long. */
const UNHURRIED_SECONDS = 600;
/** A job that says nothing gets what a two-minute notice has room for. */
const SILENT_SECONDS = 75;

/** `askedAt` is when the gang was asked: by this run, or by the one it joins. */
export function saveTimes(
  { deadline: known, giveUpAt, noticedAt }: SaveOccasion,
  { acknowledging, timeoutSeconds }: Pick<CheckpointOptions, 'acknowledging' | 'timeoutSeconds'>,
  askedAt: Date,
): SaveTimes {
  const patience = timeoutSeconds ?? (acknowledging.by === 'none' ? SILENT_SECONDS : undefined);
  const unhurried = after(askedAt, (patience ?? UNHURRIED_SECONDS) + RESERVE_SECONDS);
  const deadline = known ?? earliest(unhurried, giveUpAt);
  const latestSave = after(deadline, -RESERVE_SECONDS);
  const saveUntil = patience === undefined ? latestSave : earliest(latestSave, after(askedAt, patience));
  const startBy = latest(after(noticedAt, START_SECONDS), after(askedAt, LEAST_TO_START_SECONDS));
  return {
    deadline,
    startBy: acknowledging.by === 'annotation' ? earliest(startBy, saveUntil) : saveUntil,
    saveUntil,
    overrideAt: after(deadline, -OVERRIDE_RESERVE_SECONDS),
  };
}

/** Another node of the gang goes earlier: the save is worth nothing after that. */
export function hurry(times: SaveTimes, deadline: Date): SaveTimes {
  if (deadline >= times.deadline) return times;
  const saveUntil = earliest(times.saveUntil, after(deadline, -RESERVE_SECONDS));
  return { ...times, deadline, saveUntil, startBy: earliest(times.startBy, saveUntil) };
}

function after(moment: Date, seconds: number): Date {
  return new Date(moment.getTime() + seconds * 1000);
}

const earliest = (one: Date, other: Date) => (one < other ? one : other);
const latest = (one: Date, other: Date) => (one > other ? one : other);
