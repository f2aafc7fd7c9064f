import type { SimulatedAccount } from '../../simulator/account/account.ts';

/** Settings that point any SDK client at a simulated account; one attempt, so that faults show at once. */
export function clientOptions(account: SimulatedAccount) {
  return {
    endpoint: account.endpoint,
    region: 'us-east-2',
    credentials: { accessKeyId: 'AKIAFAKE', secretAccessKey: 'fake' },
    maxAttempts: 1,
  };
}
