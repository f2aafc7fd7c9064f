import {
  GetSecretValueCommand,
  SecretsManagerClient,
  type SecretsManagerClientConfig,
} from '@aws-sdk/client-secrets-manager';
import { failedRead } from './failed-read.ts';

const remedies = {
  ResourceNotFoundException:
    'Create it with the Slack token in it, or name the one that exists in SLACK_SECRET.',
  AccessDeniedException:
    "Allow secretsmanager:GetSecretValue on it to the notifier's role, and kms:Decrypt if it has a key of its own.",
};

/** Reads a secret of AWS Secrets Manager, by name or ARN. What it returns throws AwsCallError. */
export function openSecret(aws: SecretsManagerClientConfig, name: string): () => Promise<string> {
  const client = new SecretsManagerClient(aws);
  const read = { action: 'secretsmanager:GetSecretValue', name, service: 'Secrets Manager', remedies };
  return async () => {
    try {
      const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: name }));
      return SecretString ?? '';
    } catch (cause) {
      throw failedRead(read, cause);
    }
  };
}
