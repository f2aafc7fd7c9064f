import { systemClock } from '../../functions/clock.ts';
import { describeAccessEntry } from '../../infra/outputs.ts';
import { type SimulatedAccount, startSimulatedAccount } from '../../simulator/account/account.ts';
import type { CliRun } from '../cli/run-cli.ts';
import { runHere } from '../cli/run-here.ts';

export const region = 'us-east-2';
export const clusterName = 'ml-prod';
export const RESPONDER = 'arn:aws:iam::111122223333:role/SpotResponder-Responder';
export const INDEXER = 'arn:aws:iam::111122223333:role/SpotResponder-NodeIndexer';
export const operator = { accessKeyId: 'AKIAOPERATOR', secretAccessKey: 'operator' };

/** The environment of a person who asks that account, once. */
export function asOperator({ endpoint }: { readonly endpoint: string }) {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: operator.accessKeyId,
    AWS_SECRET_ACCESS_KEY: operator.secretAccessKey,
    AWS_REGION: region,
    AWS_MAX_ATTEMPTS: '1',
  };
}

/** An account with a stack deployed, and the command line in it. */
export interface EnrollScene {
  readonly account: SimulatedAccount;
  run(...args: readonly string[]): Promise<CliRun>;
  close(): Promise<void>;
}

export async function openEnrollScene(
  overrides: Readonly<Record<string, string>> = {},
): Promise<EnrollScene> {
  const account = await startSimulatedAccount({ clock: systemClock, region });
  account.addStack({
    name: 'SpotResponder',
    outputs: [
      { key: 'IncidentTable', value: 'incidents', description: 'For spot-responder status' },
      { key: 'ResponderRole', value: RESPONDER, description: describeAccessEntry('spot-responder') },
      {
        key: 'NodeIndexerRole0C',
        value: INDEXER,
        description: describeAccessEntry('spot-responder-index'),
      },
    ],
  });
  const environment = {
    ...asOperator(account),
    ...overrides,
  };
  return {
    account,
    run: (...args) => runHere(environment, 'enroll', ...args),
    close: () => account.close(),
  };
}
