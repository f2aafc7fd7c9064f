import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { TableAccess } from '../../table/call.ts';

/** The right to act on one pool. Nothing may be done in its name after `until`. */
export interface PoolLease {
  readonly key: string;
  readonly fence: number;
  readonly until: Date;
}

export interface PoolLedgerDeps extends TableAccess {
  readonly client: DynamoDBClient;
  /** Names this process. */
  readonly owner: string;
  /** Longer than any run acts. @default 75 */
  readonly leaseSeconds?: number;
}

/** A pool's name in keys: as with clusters, another region may have one of the same name. */
export function scoped({ scope = '' }: TableAccess, pool: string): string {
  return `${scope}${pool}`;
}

export interface Desk extends PoolLedgerDeps {
  readonly documents: DynamoDBDocumentClient;
}
