import type { Clock } from '../clock.ts';
import type { Budget } from '../cluster/objects.ts';
import type { ClusterPort } from '../cluster/port.ts';
import { untilAborted } from '../until-aborted.ts';

/** Where the drains of one cluster find its budgets: in a storm they are read once, not once for each node. */
export interface BudgetShelf {
  /**
   * As they were a few seconds ago, or as they are now; whoever asks while they are being read gets that answer. The
   * request ends when nobody waits for it any more. Throws as `listBudgets` does, or the signal's reason.
   */
  read(cluster: ClusterPort, signal: AbortSignal): Promise<readonly Budget[]>;
}

/** Long enough for the notices of one storm; which pods a budget covers hardly ever changes. */
const FRESH_MS = 5_000;

interface Reading {
  readonly budgets: Promise<readonly Budget[]>;
  readonly nobodyWaits: AbortController;
  waiting: number;
}

export function openBudgetShelf(clock: Clock): BudgetShelf {
  let latest: { readonly budgets: readonly Budget[]; readonly readAt: Date } | undefined;
  let reading: Reading | undefined;
  return {
    read: async (cluster, signal) => {
      if (latest && clock.now().getTime() - latest.readAt.getTime() < FRESH_MS) return latest.budgets;
      reading ??= begin(cluster);
      const mine = reading;
      mine.waiting += 1;
      try {
        return await untilAborted(mine.budgets, signal);
      } finally {
        mine.waiting -= 1;
        if (mine.waiting === 0) mine.nobodyWaits.abort();
      }
    },
  };

  function begin(cluster: ClusterPort): Reading {
    const nobodyWaits = new AbortController();
    const budgets = cluster.listBudgets(nobodyWaits.signal).then((listed) => {
      latest = { budgets: listed, readAt: clock.now() };
      return listed;
    });
    const mine: Reading = { budgets, nobodyWaits, waiting: 0 };
    const forget = () => {
      if (reading === mine) reading = undefined;
    };
    budgets.then(forget, forget);
    nobodyWaits.signal.addEventListener('abort', forget, { once: true });
    return mine;
  }
}
