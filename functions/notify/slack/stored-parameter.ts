import { GetParameterCommand, type Parameter, SSMClient, type SSMClientConfig } from '@aws-sdk/client-ssm';
import { ConfigurationError } from '../../errors.ts';
import { failedRead } from './failed-read.ts';

const remedies = {
  ParameterNotFound:
    'Create it as a SecureString with the Slack token in it, or name the one that exists in SLACK_SECRET.',
  AccessDeniedException:
    "Allow ssm:GetParameter on it to the notifier's role, and kms:Decrypt if it has a key of its own.",
};

/**
 * Reads a SecureString parameter of AWS Systems Manager. Under the key `aws/ssm` that takes `ssm:GetParameter` alone, under
 * a key of one's own `kms:Decrypt` too. docs.aws.amazon.com/systems-manager/latest/userguide/ps-restrict-decryption.html
 *
 * What it returns throws AwsCallError, and LyingOpenError when the parameter is not encrypted.
 */
export function openParameter(aws: SSMClientConfig, name: string): () => Promise<string> {
  const client = new SSMClient(aws);
  const read = { action: 'ssm:GetParameter', name, service: 'Systems Manager', remedies };
  return async () => {
    let parameter: Parameter | undefined;
    try {
      ({ Parameter: parameter } = await client.send(
        new GetParameterCommand({ Name: name, WithDecryption: true }),
      ));
    } catch (cause) {
      throw failedRead(read, cause);
    }
    if (parameter?.Type !== 'SecureString') throw new LyingOpenError(name, parameter?.Type);
    return parameter.Value ?? '';
  };
}

/** A parameter that is not encrypted. Whoever may read parameters at all has seen it, so it is worth a new token. */
export class LyingOpenError extends ConfigurationError {
  constructor(name: string, type = 'none') {
    super(
      `Parameter "${name}" is of type ${type}, which is not encrypted; it must be a SecureString. A parameter keeps its type: delete it, and make it anew with a new token.`,
    );
  }
}
