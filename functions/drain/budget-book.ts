import type { Clock } from '../clock.ts';
import { type InsistOptions, insist } from '../cluster/insist.ts';
import type { Budget } from '../cluster/objects.ts';
import type { ClusterPort } from '../cluster/port.ts';
import type { BudgetShelf } from './budget-shelf.ts';

/**
 * The cluster's budgets, as far as they could be read: for turns, and for naming what blocks a pod. It is the server
 * that holds evictions against budgets, whether we know them or not.
 */
export interface BudgetBook {
  /** `undefined` before they were read. */
  readonly known: () => readonly Budget[] | undefined;
  /** As they are now, give or take the shelf's few seconds. Throws as the shelf does. */
  readonly readAgain: (signal: AbortSignal) => Promise<readonly Budget[]>;
}

interface BookDeps {
  readonly cluster: ClusterPort;
  readonly clock: Clock;
  readonly random: () => number;
  readonly shelf: BudgetShelf;
}

/** As long as a read takes when all is well; evictions are worth more than turns. */
const PATIENCE_MS = 2_000;

/**
 * Resolves when the budgets have been read, or after two seconds without: then reading goes on until
 * `options.signal` aborts. Throws `ClusterError` when access is refused at once.
 */
export async function openBudgetBook(deps: BookDeps, options: InsistOptions): Promise<BudgetBook> {
  const { clock, cluster, shelf } = deps;
  let known: readonly Budget[] | undefined;
  const reading = insist(deps, options, (signal) => shelf.read(cluster, signal)).then((budgets) => {
    known = budgets;
  });
  const read = new AbortController();
  const either = options.signal ? AbortSignal.any([options.signal, read.signal]) : read.signal;
  const patience = clock.sleep(PATIENCE_MS, either).catch(() => undefined);
  // From then on nobody waits for it, whatever comes of it.
  await Promise.race([reading, patience]).finally(() => read.abort());
  reading.catch(() => undefined);
  return { known: () => known, readAgain: (signal) => shelf.read(cluster, signal) };
}
