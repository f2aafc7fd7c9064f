import type { SecretsManagerClientConfig } from '@aws-sdk/client-secrets-manager';
import type { SSMClientConfig } from '@aws-sdk/client-ssm';
import type { Clock } from '../../clock.ts';
import { parseAccess, type SlackAccess } from './access.ts';
import { describePlace, placeOf, type SecretPlace } from './secret-place.ts';

export interface SecretDeps {
  /** Of the client; which one, the place says, and only that is loaded. */
  readonly aws: SecretsManagerClientConfig & SSMClientConfig;
  /** As `secret-place.ts` reads it. */
  readonly place: string;
  readonly clock: Clock;
}

export interface SlackSecret {
  /** Cached for five minutes. */
  read(): Promise<SlackAccess>;
  /** Slack said that it is no longer valid: the next read asks again. */
  forget(): void;
}

const CACHED_MS = 5 * 60_000;

/** `read` throws AwsCallError when the secret cannot be had, ConfigurationError when it holds nothing for Slack or lies open. */
export function slackSecret({ aws, clock, place: written }: SecretDeps): SlackSecret {
  const place = placeOf(written);
  let ask: Promise<() => Promise<string>> | undefined;
  let cached: { readonly access: SlackAccess; readonly until: number } | undefined;
  return {
    read: async () => {
      const now = clock.now().getTime();
      if (cached && now < cached.until) return cached.access;
      ask ??= openPlace(place, aws);
      const access = parseAccess(describePlace(place), await (await ask)());
      cached = { access, until: now + CACHED_MS };
      return access;
    },
    forget: () => {
      cached = undefined;
    },
  };
}

async function openPlace(
  { name, type }: SecretPlace,
  aws: SecretDeps['aws'],
): Promise<() => Promise<string>> {
  switch (type) {
    case 'secret':
      return (await import('./stored-secret.ts')).openSecret(aws, name);
    case 'parameter':
      return (await import('./stored-parameter.ts')).openParameter(aws, name);
  }
}
