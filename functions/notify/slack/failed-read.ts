import { AwsCallError } from '../../errors.ts';

interface Read {
  /** As an IAM policy allows it. */
  readonly action: string;
  readonly name: string;
  readonly service: string;
  /** What helps, by the error's code. */
  readonly remedies: Readonly<Record<string, string>>;
}

/** Says what was read, why it cannot be had, and what helps; never what it holds. */
export function failedRead({ action, name, remedies, service }: Read, cause: unknown): AwsCallError {
  const code = cause instanceof Error ? cause.name : 'Unknown';
  const remedy = remedies[code] ?? remedyForCaller(service, code);
  const operation = action.split(':').at(-1) ?? action;
  return new AwsCallError(operation, code, `${action} of "${name}" failed with ${code}. ${remedy}`, {
    cause,
  });
}

function remedyForCaller(service: string, code: string): string {
  switch (code) {
    case 'CredentialsProviderError':
    case 'ExpiredTokenException':
    case 'UnrecognizedClientException':
      return 'Give valid AWS credentials: a profile, a login or a role.';
    default:
      return `Check that ${service} can be reached from here, and that the Region is right.`;
  }
}
