import { ConfigurationError } from '../../functions/errors.ts';

/**
 * The Region that a client works in: given to it, else of the environment or the profile.
 *
 * @throws ConfigurationError when nothing names one.
 */
export async function regionOf(client: {
  readonly config: { region: () => Promise<string> };
}): Promise<string> {
  try {
    return await client.config.region();
  } catch (cause) {
    throw new ConfigurationError(
      '--region is missing: name the Region, or set AWS_REGION or a profile that has one.',
      { cause },
    );
  }
}
