/** Bounds how many evictions are under way in one cluster at once: in total, and through any one budget. */
export interface Slots {
  /**
   * Waits for its turn; call what it resolves with to leave. Rejects with the signal's reason. `drain` is whoever
   * asks. Of several that wait the one due first is next; of those due together, as in a storm, the one that has had
   * the fewest turns, so that every node begins to empty at once instead of one after the other.
   */
  acquire(budgets: readonly string[], signal: AbortSignal, drain: Due): Promise<Leave>;
}

/** A drain, as far as the order of turns goes; one and the same object for all its turns. */
export interface Due {
  readonly deadline?: Date;
}

/** `overloaded`: the server could not take the request now, so fewer should be under way. */
export type Leave = (answer?: 'overloaded') => void;

interface Width {
  readonly most: number;
  readonly least: number;
}

/**
 * Both by measurement on a control plane of two cores (`npm run bench:limits`): past these, more requests at once
 * only wait longer inside the server. One node rarely has more pods than the total, so in practice all leave at once.
 */
const TOTAL: Width = { most: 100, least: 4 };
/**
 * Evictions through one budget race for its status, and so does the disruption controller; each loser waits 500 ms
 * inside the server, up to twenty times. Two hide each other's round trips, more hinder each other.
 */
const PER_BUDGET: Width = { most: 2, least: 1 };

export function openSlots(total = TOTAL, perBudget = PER_BUDGET): Slots {
  const everyone = openQueue(total);
  const queues = new Map<string, Queue>();
  const turns = new WeakMap<Due, number>();
  return {
    async acquire(budgets, signal, drain) {
      const turnsHad = () => turns.get(drain) ?? 0;
      const claim = { due: dueOf(drain), turnsHad };
      const held: Leave[] = [];
      const leave: Leave = (answer) => {
        for (const leaveQueue of held.splice(0)) leaveQueue(answer);
      };
      try {
        // Budgets in one order for everybody, the scarce total last: no two can wait for each other.
        for (const queue of [...budgets.toSorted().map(queueOf), everyone]) {
          held.push(await queue.enter(signal, claim));
          if (held.length === 1) turns.set(drain, turnsHad() + 1);
        }
        return leave;
      } catch (error) {
        leave();
        throw error;
      }
    },
  };

  function queueOf(budget: string): Queue {
    const queue = queues.get(budget) ?? openQueue(perBudget);
    queues.set(budget, queue);
    return queue;
  }
}

interface Queue {
  enter(signal: AbortSignal, claim: Claim): Promise<Leave>;
}

/** What decides whose turn it is. */
interface Claim {
  readonly due: number;
  readonly turnsHad: () => number;
}

/** Notices of one storm come within seconds, and their nodes are due together. */
const TOGETHER_MS = 30_000;

function dueOf({ deadline }: Due): number {
  return deadline ? Math.floor(deadline.getTime() / TOGETHER_MS) : Number.POSITIVE_INFINITY;
}

/**
 * Whoever is due first, then who has had the fewest turns; among equals, first come, first served. Its width follows
 * the server: halved when a request finds it overloaded, and one wider after as many good answers as it is wide
 * (additive increase, multiplicative decrease).
 */
function openQueue({ most, least }: Width): Queue {
  let width = most;
  let inside = 0;
  /** Requests that were under way together tell of one and the same overload. */
  let narrowings = 0;
  const waiting = new Set<Waiting>();
  return {
    async enter(signal, claim) {
      signal.throwIfAborted();
      if (inside < Math.floor(width)) inside += 1;
      else await turn(signal, claim);
      return leaving(narrowings);
    },
  };

  function leaving(enteredAt: number): Leave {
    return (answer) => {
      inside -= 1;
      if (answer !== 'overloaded') width = Math.min(most, width + 1 / width);
      else if (enteredAt === narrowings) {
        width = Math.max(least, width / 2);
        narrowings += 1;
      }
      callNext();
    };
  }

  function callNext(): void {
    while (inside < Math.floor(width)) {
      const next = firstOf(waiting);
      if (!next) return;
      waiting.delete(next);
      inside += 1;
      next.call();
    }
  }

  /** Whoever is called has its place already. */
  async function turn(signal: AbortSignal, claim: Claim): Promise<void> {
    const called = Promise.withResolvers<void>();
    const one = { ...claim, call: called.resolve };
    const giveUp = () => {
      if (waiting.delete(one)) called.reject(signal.reason);
    };
    waiting.add(one);
    signal.addEventListener('abort', giveUp, { once: true });
    await called.promise.finally(() => signal.removeEventListener('abort', giveUp));
  }
}
interface Waiting extends Claim {
  readonly call: () => void;
}

function firstOf(waiting: Iterable<Waiting>): Waiting | undefined {
  let first: Waiting | undefined;
  for (const one of waiting) if (!first || isBefore(one, first)) first = one;
  return first;
}

function isBefore(one: Waiting, other: Waiting): boolean {
  return one.due === other.due ? one.turnsHad() < other.turnsHad() : one.due < other.due;
}
