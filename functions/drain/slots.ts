/** Bounds how many evictions are under way at once, in total and through any one budget. */
export interface Slots {
  /** Waits for its turn; call what it resolves with to leave. Rejects with the signal's reason. */
  acquire(budgets: readonly string[], signal: AbortSignal): Promise<() => void>;
}

/** One node rarely has more pods than this, so in practice all leave at once. */
const TOTAL = 50;
/**
 * Evictions through one budget race for its status; each loser waits 500 ms and more inside the server. Measured
 * on 500 pods under ten budgets: all at once makes single requests slow (9 s), one at a time makes the whole slow.
 */
const PER_BUDGET = 4;

export function openSlots(total = TOTAL, perBudget = PER_BUDGET): Slots {
  const everyone = openQueue(total);
  const queues = new Map<string, Queue>();
  return {
    async acquire(budgets, signal) {
      const held: Queue[] = [];
      const leave = () => {
        for (const queue of held.splice(0)) queue.leave();
      };
      try {
        // Budgets in one order for everybody, the scarce total last: no two can wait for each other.
        for (const queue of [...budgets.toSorted().map(queueOf), everyone]) {
          await queue.enter(signal);
          held.push(queue);
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
  enter(signal: AbortSignal): Promise<void>;
  leave(): void;
}

/** First come, first served. */
function openQueue(width: number): Queue {
  let inside = 0;
  const waiting = new Set<() => void>();
  return {
    async enter(signal) {
      signal.throwIfAborted();
      if (inside < width) {
        inside += 1;
        return;
      }
      const turn = Promise.withResolvers<void>();
      const giveUp = () => {
        if (waiting.delete(turn.resolve)) turn.reject(signal.reason);
      };
      waiting.add(turn.resolve);
      signal.addEventListener('abort', giveUp, { once: true });
      await turn.promise.finally(() => signal.removeEventListener('abort', giveUp));
    },
    leave() {
      const [next] = waiting;
      if (!next) {
        inside -= 1;
        return;
      }
      // The place changes hands, so `inside` stays.
      waiting.delete(next);
      next();
    },
  };
}
