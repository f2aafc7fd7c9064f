import { z } from 'zod';
import { jsonAnswer, type ServiceRequest, type WireAnswer } from './protocol.ts';
import { type AccountState, ServiceFault } from './state.ts';

type SecretsRequest = Extract<ServiceRequest, { readonly body: unknown }>;

const Wanted = z.object({ SecretId: z.string() });

/** Answers for Secrets Manager: the current value of a secret, by its name. */
export function answerSecretsManager(state: AccountState, { operation, body }: SecretsRequest): WireAnswer {
  if (operation !== 'GetSecretValue') {
    throw new ServiceFault(
      'UnknownOperationException',
      `${operation} is not served by this simulated account`,
    );
  }
  const { SecretId } = Wanted.parse(body);
  const value = state.secrets.get(SecretId);
  if (value === undefined)
    throw new ServiceFault('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
  return jsonAnswer({ Name: SecretId, SecretString: value, VersionStages: ['AWSCURRENT'] }, '1.1');
}
