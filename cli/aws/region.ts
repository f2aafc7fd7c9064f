import { ConfigurationError } from '../../functions/errors.ts';

/**
 * The Region that a client works in: given to it, else of the environment or the profile.
 *
 * @throws ConfigurationError when nothing names one, or it is none.
 */
export async function regionOf(client: {
  readonly config: { region: () => Promise<string> };
}): Promise<string> {
  try {
    return await client.config.region();
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    const [, wrong] = /^Region not accepted: region="([^"]+)"/.exec(said) ?? [];
    if (wrong !== undefined)
      throw new ConfigurationError(
        `--region ${wrong}: that is no Region; name one such as us-east-2 (also in AWS_REGION, or your profile).`,
        { cause },
      );
    throw new ConfigurationError(
      '--region is missing: name the Region, or set AWS_REGION or a profile that has one.',
      { cause },
    );
  }
}
