import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { TableAccess } from '../../table/call.ts';

/** The table, as the parts of the ledger use it. */
export interface Desk extends TableAccess {
  readonly documents: DynamoDBDocumentClient;
}
