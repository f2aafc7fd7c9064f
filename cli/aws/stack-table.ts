import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { ConfigurationError } from '../../functions/errors.ts';
import { readTableAtHand } from '../at-hand.ts';
import { readStack } from './stack.ts';

/** Where a table may be named, the first that does: a flag, `INCIDENT_TABLE`, the stack itself. */
export interface TableChoice {
  readonly table?: string;
  /** Whose table it is, where none is named. */
  readonly stack: string;
  /** Of the stack. @default the environment's or the profile's */
  readonly region?: string;
}

/** @throws ConfigurationError when the stack is not there or names no table; AwsCallError. */
export async function findTable({ region, stack, table }: TableChoice): Promise<string> {
  const named = table ?? readTableAtHand();
  if (named !== undefined) return named;
  const found = await readStack(new CloudFormationClient(region ? { region } : {}), stack);
  if (found.table !== undefined) return found.table;
  throw new ConfigurationError(
    `--stack ${stack}: the stack in ${found.region} has no output "IncidentTable"; give the table's name with --table.`,
  );
}
