import type { FleetPlan } from '../../controlplane/fleet/plan.ts';
import type { Clock } from '../../functions/clock.ts';
import type { SimulatedAccount } from '../../simulator/account/account.ts';
import type { WorldAddress } from './embedded-deps.ts';

/** Where a scenario is played: an AWS account in memory, and a cluster of either kind. */
export interface ReplayWorld {
  readonly clock: Clock;
  readonly address: WorldAddress;
  readonly account: SimulatedAccount;
  /** Adds the fleet and waits until all of it runs. */
  fill(plan: FleetPlan): Promise<void>;
  /** From now on requests are the replay's own. */
  begin(): Promise<void>;
  /** What the API server saw since. */
  seen(): Promise<Seen>;
  close(): Promise<void>;
}

interface Seen {
  /** By verb and resource. */
  readonly requests: Readonly<Record<string, number>>;
  /** Pods whose eviction was accepted more than once. */
  readonly evictedTwice: number;
  /** Where it is a real one. */
  readonly server?: ServerFigures;
}

export interface ServerFigures {
  /** Of Kubernetes. */
  readonly version: string;
  /** Requests that the first eviction waited for, one after the other, as the server saw them. */
  readonly roundTripsBeforeEviction?: number;
  /** Pods that controllers made in place of those that went, where controllers run. */
  readonly replaced?: { readonly pods: number; readonly running: number };
}
