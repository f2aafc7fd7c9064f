import type { Announcer } from '../../announce/bus.ts';
import type { ClusterPort } from '../../cluster/port.ts';
import type { Traffic } from '../../drain/traffic.ts';
import type { Log } from '../../log.ts';
import type { PoolLedger } from '../ledger/ledger.ts';
import type { ObserveDeps } from '../world/observe.ts';

/** All that a run needs of the world. */
export interface FallbackDeps extends Omit<ObserveDeps, 'connect'> {
  readonly connect: (cluster: string) => Promise<ClusterPort>;
  readonly ledger: PoolLedger;
  readonly announcer: Announcer;
  readonly traffic: (cluster: string) => Traffic;
  /** In [0, 1), for jitter. */
  readonly random: () => number;
  readonly log: Log;
}
