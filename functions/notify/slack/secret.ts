import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod/mini';
import type { Clock } from '../../clock.ts';
import { AwsCallError, ConfigurationError } from '../../errors.ts';

/** How to reach Slack: a bot, or webhooks by name. */
export type SlackAccess =
  | { readonly type: 'bot'; readonly token: string }
  | { readonly type: 'webhooks'; readonly urls: Readonly<Record<string, string>> };

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
      const access = parseAccess(secretId, await fetchSecret(secrets, secretId));
      cached = { access, until: now + CACHED_MS };
      return access;
    },
    forget: () => {
      cached = undefined;
    },
  };
}

const webhookUrl = z.string().check(z.regex(/^https?:\/\//));
const accessForms = z.union([
  z.object({ token: z.string().check(z.startsWith('xox')) }),
  z.object({ webhook: webhookUrl }),
  z.object({ webhooks: z.record(z.string(), webhookUrl) }),
]);

/** @throws ConfigurationError that never shows what the secret holds. */
function parseAccess(name: string, text: string): SlackAccess {
  const plain = text.trim();
  if (/^xox[a-z]-\S+$/.test(plain)) return { type: 'bot', token: plain };
  if (/^https?:\/\/\S+$/.test(plain)) return { type: 'webhooks', urls: { default: plain } };
  const parsed = accessForms.safeParse(parseJson(plain));
  if (!parsed.success) {
    throw new ConfigurationError(
      `Secret "${name}" holds no Slack access; put in a bot token (xoxb-…), a webhook URL, or JSON: {"token": …}, {"webhook": …} or {"webhooks": {"default": …}}.`,
    );
  }
  const form = parsed.data;
  if ('token' in form) return { type: 'bot', token: form.token };
  return { type: 'webhooks', urls: 'webhook' in form ? { default: form.webhook } : form.webhooks };
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
    default:
      return 'Check that Secrets Manager can be reached from the notifier.';
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
