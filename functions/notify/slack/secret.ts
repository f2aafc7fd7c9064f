import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Clock } from '../../clock.ts';
import { AwsCallError } from '../../errors.ts';
import { parseAccess, type SlackAccess } from './access.ts';

export interface SecretDeps {
  readonly secrets: SecretsManagerClient;
  /** ARN or name. */
  readonly secretId: string;
  readonly clock: Clock;
}

export interface SlackSecret {
  /** Cached for five minutes. */
  read(): Promise<SlackAccess>;
  /** Slack said that it is no longer valid: the next read asks again. */
  forget(): void;
}

const CACHED_MS = 5 * 60_000;

/** `read` throws AwsCallError when the secret cannot be had, ConfigurationError when it holds nothing for Slack. */
export function slackSecret({ secrets, secretId, clock }: SecretDeps): SlackSecret {
  let cached: { readonly access: SlackAccess; readonly until: number } | undefined;
  return {
    read: async () => {
      const now = clock.now().getTime();
      if (cached && now < cached.until) return cached.access;
      const access = parseAccess(`Secret "${secretId}"`, await fetchSecret(secrets, secretId));
      cached = { access, until: now + CACHED_MS };
      return access;
    },
    forget: () => {
      cached = undefined;
    },
  };
}

async function fetchSecret(secrets: SecretsManagerClient, secretId: string): Promise<string> {
  try {
    const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: secretId }));
    return SecretString ?? '';
  } catch (cause) {
    const code = cause instanceof Error ? cause.name : 'Unknown';
    throw new AwsCallError(
      'GetSecretValue',
      code,
      `secretsmanager:GetSecretValue of "${secretId}" failed with ${code}. ${remedyFor(code)}`,
      {
        cause,
      },
    );
  }
}

function remedyFor(code: string): string {
  switch (code) {
    case 'ResourceNotFoundException':
      return 'Create it with the Slack token in it, or name the one that exists in SLACK_SECRET.';
    case 'AccessDeniedException':
      return "Allow secretsmanager:GetSecretValue on it to the notifier's role, and kms:Decrypt if it has a key of its own.";
    case 'CredentialsProviderError':
    case 'ExpiredTokenException':
    case 'UnrecognizedClientException':
      return 'Give valid AWS credentials: a profile, a login or a role.';
    default:
      return 'Check that Secrets Manager can be reached from here, and that the Region is right.';
  }
}
