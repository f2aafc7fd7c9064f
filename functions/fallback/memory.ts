/** What the next run must know, and cannot read from the world. */
export interface Memory {
  /** What the market was asked for last. Absent: the whole size. */
  readonly ask?: Ask;
  readonly hold: HoldMemory;
  readonly deepening: DeepeningMemory;
  /** By group name. */
  readonly breakers: Readonly<Record<string, Breaker>>;
  /** By node name: a drain timed out, not asked again before this. */
  readonly restingUntil: Readonly<Record<string, Date>>;
  /** Since when the market has not begun to give what was asked of it. */
  readonly unfilledSince?: Date;
  /** Of the placeholders, while the fallback has nodes. */
  readonly probe?: ProbeMemory;
}

export interface Ask {
  readonly gpus: number;
  readonly since: Date;
  /** What was asked for before. */
  readonly before: number;
}

export interface ProbeMemory {
  /** Since when more is asked for than there was; absent while the autoscaler is left alone. */
  readonly since?: Date;
  /** Not asked for more before this. */
  readonly pausedUntil?: Date;
  /** How long the next pause is. */
  readonly minutes: number;
}

export interface HoldMemory {
  /** When each size of shortage was last seen: later entries are smaller. */
  readonly peaks: readonly Peak[];
  /** The newest gaps between two shortages, oldest first. */
  readonly gaps: readonly Gap[];
  /** What was held at the last run. */
  readonly keepGpus: number;
  /** The last time that less was held than before. */
  readonly loweredAt?: Date;
  /** What was given back then, until it is known whether that was too early. */
  readonly release?: Release;
}

export interface Peak {
  readonly gpus: number;
  readonly lastSeenAt: Date;
}

/** The levels above `above`, up to `upTo`, were covered by spot for so long, then short again. */
export interface Gap {
  readonly above: number;
  readonly upTo: number;
  readonly minutes: number;
}

export interface Release {
  readonly at: Date;
  readonly holdMinutes: number;
  readonly doubled: boolean;
  readonly judged: boolean;
}

export interface DeepeningMemory {
  /** At the last run. */
  readonly shortGpus: number;
  /** By how much the newest growths of a shortage went on growing, oldest first. */
  readonly further: readonly number[];
  readonly watched: readonly Growth[];
  /** Bought beyond the shortage of that moment. */
  readonly ahead?: { readonly at: Date; readonly from: number; readonly gpus: number };
}

interface Growth {
  readonly at: Date;
  readonly from: number;
  readonly deepest: number;
}

export interface Breaker {
  readonly failureAt: Date;
  readonly openUntil: Date;
  readonly minutes: number;
  /** The remedy of a configuration failure that AWS answered at once: while open, the whole pool launches nothing. */
  readonly stopsPool?: string;
}

export const EMPTY_MEMORY: Memory = {
  hold: { peaks: [], gaps: [], keepGpus: 0 },
  deepening: { shortGpus: 0, further: [], watched: [] },
  breakers: {},
  restingUntil: {},
};
