import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { LeaderDesk } from './desk.ts';

/** `none`: nobody could be asked. */
type Election = 'won' | 'lost' | 'none';

export interface ElectionDeps {
  readonly desk: Pick<LeaderDesk, 'lead'>;
  readonly clock: Clock;
  readonly log: Log;
  /** A table that does not answer within this time must not hold up a drain. @default 2000 */
  readonly entryPatienceMs?: number;
}

/** The node is being cordoned meanwhile. In a storm answers are slow, and then one leader is worth most. */
const ENTRY_PATIENCE_MS = 2_000;

/** How this process stands for the lead of clusters. Never throws. */
interface Elections {
  /** Asked many times at once, the table is asked once: a hundred second looks in one process are one candidate. */
  stand(clusterName: string): Promise<Election>;
}

export function openElections(deps: ElectionDeps): Elections {
  const underWay = new Map<string, Promise<Election>>();
  return {
    stand: (clusterName) => {
      const asked =
        underWay.get(clusterName) ?? ask(deps, clusterName).finally(() => underWay.delete(clusterName));
      underWay.set(clusterName, asked);
      return asked;
    },
  };
}

async function ask(
  { clock, desk, entryPatienceMs = ENTRY_PATIENCE_MS, log }: ElectionDeps,
  clusterName: string,
): Promise<Election> {
  const answered = new AbortController();
  const patience = clock.sleep(entryPatienceMs, answered.signal).then(() => 'none' as const);
  const election = desk.lead(clusterName).then((won) => (won ? 'won' : 'lost'));
  try {
    return await Promise.race([election, patience]);
  } catch (error) {
    log.warn('Nobody can be asked who leads, draining alone', { error: String(error) });
    return 'none';
  } finally {
    answered.abort();
  }
}
