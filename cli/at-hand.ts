import type { Environment } from '../functions/environment.ts';

/** What a command line's environment says where no flag does. */

/** Slack as a command line is pointed at it: as the notifier, or by a token or webhook of one's own. */
export interface SlackAtHand {
  /** `SLACK_TOKEN`: a bot token, or the URL of a webhook. Never a flag: others see a command's arguments. */
  readonly token?: string;
  readonly secretPlace?: string;
  readonly apiUrl?: string;
}

export function readSlackAtHand(environment: Environment = process.env): SlackAtHand {
  const { SLACK_API_URL: apiUrl, SLACK_SECRET: secretPlace, SLACK_TOKEN: token } = environment;
  return { ...(token && { token }), ...(secretPlace && { secretPlace }), ...(apiUrl && { apiUrl }) };
}

/** The table that a command line looks into, where no flag names it. */
export function readTableAtHand(environment: Environment = process.env): string | undefined {
  return environment.INCIDENT_TABLE || undefined;
}

/** How npm started a command line, in its own word: a script's name, or `npx`. */
export function readStarterAtHand(environment: Environment = process.env): string | undefined {
  return environment.npm_lifecycle_event || undefined;
}

/** Where a command line reads the Spot Instance Advisor's data (`SPOT_ADVISOR_URL`), where not at AWS: behind a proxy, in tests. */
export function readAdvisorAtHand(environment: Environment = process.env): string | undefined {
  return environment.SPOT_ADVISOR_URL || undefined;
}

/** Where a command line finds AWS FIS, where not at AWS: in tests. By the names that the SDK's clients read. */
export function readFisEndpointAtHand(environment: Environment = process.env): string | undefined {
  return environment.AWS_ENDPOINT_URL_FIS || environment.AWS_ENDPOINT_URL || undefined;
}

/** The Region that a command line is about, where no flag names it. */
export function readRegionAtHand(environment: Environment = process.env): string | undefined {
  return environment.AWS_REGION || undefined;
}
