import type { Decided } from '../decide.ts';
import type { PoolLease } from '../ledger/desk.ts';
import type { PoolRecord } from '../ledger/record.ts';
import type { PoolReading } from '../world/pool-world.ts';
import type { FallbackDeps } from './deps.ts';

/** One pool's run: what was read, decided and written down beforehand. */
export interface Run {
  readonly deps: FallbackDeps;
  readonly reading: PoolReading;
  readonly decided: Decided;
  readonly record: PoolRecord;
  readonly lease: PoolLease;
  /** Nothing is begun after this. */
  readonly until: Date;
}

/** A run that was frozen past its lease must not wake up and act beside the one that came after. */
export function mayAct({ deps, lease }: Pick<Run, 'deps' | 'lease'>): boolean {
  return deps.clock.now().getTime() < lease.until.getTime() - LEASE_MARGIN_MS;
}

/** The longest call, its retries included. */
const LEASE_MARGIN_MS = 20_000;
