import { type MarkerPlace, parsePlace } from './checkpoint/marker-place.ts';
import { type Environment, oneOf, required, wholeNumber } from './environment.ts';
import { ConfigurationError } from './errors.ts';
import { LEVELS } from './notify/level.ts';
import { DEFAULT_CHANNEL, type NotifySettings, parseAccountNames, parseRoutes } from './notify/settings.ts';
import { CHOICE_BOUNDS, defaultChoices, type PolicyChoices } from './respond/policy.ts';

/**
 * The responder's environment, the only place of the functions that reads `process.env`.
 *
 * | Variable | Meaning | Default |
 * |---|---|---|
 * | `AWS_REGION` | region this function serves (Lambda sets it) | required |
 * | `EXTRA_REGIONS` | other regions that are served from here, with commas between them | none |
 * | `INCIDENT_TABLE` | DynamoDB table of incidents | required |
 * | `EVENT_BUS` | our own bus for `Interruption …` events | required |
 * | `CONTINUATION_QUEUE` | URL of the SQS queue for what goes on in a later invocation | required |
 * | `ON_REBALANCE` | `tell`, `cordon` or `drain` | `tell` |
 * | `ON_SCHEDULED_CHANGE` | `tell`, `cordon` or `drain` | `tell` |
 * | `DRAIN_SELF_MANAGED` | `true` drains Karpenter and Auto Mode nodes too | `false` |
 * | `REBALANCE_CHECKPOINT_MINUTES` | on rebalances, a training gang is asked to save at most once in so many minutes | `10` |
 * | `REBALANCE_CORDON_MINUTES` | a cordon for a rebalance is taken back when no interruption has followed for so long; `0`: never | `60` |
 * | `SCHEDULED_CHANGE_LEAD_MINUTES` | how long before a scheduled change its node is cordoned or drained | `120` |
 * | `LONGEST_DRAIN_MINUTES` | a drain that no deadline ends sooner stops after this long; a terminate hook is kept waiting no longer | `120` |
 * | `KUBERNETES_EVENTS` | `false` writes none on nodes and pods | `true` |
 * | `CHECKPOINT_MARKERS` | `s3://bucket/prefix` below which training jobs write their markers | markers are not looked for |
 * | `LEASE_SECONDS` | a run silent for this long is taken over | `15` |
 */
export interface Config {
  readonly region: string;
  /** All that are served, the own one first. */
  readonly regions: readonly string[];
  readonly incidentTable: string;
  readonly eventBus: string;
  readonly continuationQueue: string;
  readonly leaseSeconds: number;
  readonly kubernetesEvents: boolean;
  readonly markers?: MarkerPlace;
  readonly choices: PolicyChoices;
}

/** @throws ConfigurationError naming the variable, what it holds and what it may hold. */
export function readConfig(environment: Environment = process.env): Config {
  const { CHECKPOINT_MARKERS: markers } = environment;
  return {
    ...readIndexConfig(environment),
    eventBus: required(environment, 'EVENT_BUS'),
    continuationQueue: required(environment, 'CONTINUATION_QUEUE'),
    leaseSeconds: wholeNumber(environment, 'LEASE_SECONDS', { fallback: 15, least: 5, most: 120 }),
    kubernetesEvents: oneOf(environment, 'KUBERNETES_EVENTS', ['true', 'false'], 'true') === 'true',
    ...(markers && { markers: requirePlace('CHECKPOINT_MARKERS', markers) }),
    choices: {
      onRebalance: oneOf(
        environment,
        'ON_REBALANCE',
        ['tell', 'cordon', 'drain'],
        defaultChoices.onRebalance,
      ),
      onScheduledChange: oneOf(
        environment,
        'ON_SCHEDULED_CHANGE',
        ['tell', 'cordon', 'drain'],
        defaultChoices.onScheduledChange,
      ),
      drainSelfManaged: oneOf(environment, 'DRAIN_SELF_MANAGED', ['true', 'false'], 'false') === 'true',
      rebalanceCheckpointMinutes: wholeNumber(environment, 'REBALANCE_CHECKPOINT_MINUTES', {
        fallback: defaultChoices.rebalanceCheckpointMinutes,
        ...CHOICE_BOUNDS.rebalanceCheckpointMinutes,
      }),
      rebalanceCordonMinutes: wholeNumber(environment, 'REBALANCE_CORDON_MINUTES', {
        fallback: defaultChoices.rebalanceCordonMinutes,
        ...CHOICE_BOUNDS.rebalanceCordonMinutes,
      }),
      scheduledChangeLeadMinutes: wholeNumber(environment, 'SCHEDULED_CHANGE_LEAD_MINUTES', {
        fallback: defaultChoices.scheduledChangeLeadMinutes,
        ...CHOICE_BOUNDS.scheduledChangeLeadMinutes,
      }),
      longestDrainMinutes: wholeNumber(environment, 'LONGEST_DRAIN_MINUTES', {
        fallback: defaultChoices.longestDrainMinutes,
        ...CHOICE_BOUNDS.longestDrainMinutes,
      }),
    },
  };
}

/** @throws ConfigurationError naming the setting, what it holds and what it may hold. */
export function requirePlace(setting: string, text: string): MarkerPlace {
  const place = parsePlace(text);
  if (place) return place;
  throw new ConfigurationError(`${setting} is "${text}"; it must be s3://bucket/prefix, without * ? or $.`);
}

/**
 * What the node index's pass, and the reporter, need of the same environment.
 *
 * @throws ConfigurationError naming the variable.
 */
export function readIndexConfig(
  environment: Environment = process.env,
): Pick<Config, 'region' | 'regions' | 'incidentTable'> {
  const region = required(environment, 'AWS_REGION');
  const extra = (environment.EXTRA_REGIONS ?? '').split(',').map((name) => name.trim());
  return {
    region,
    regions: [...new Set([region, ...extra.filter(Boolean)])],
    incidentTable: required(environment, 'INCIDENT_TABLE'),
  };
}

/**
 * What the fallback needs of the same environment; all else stands in its groups' tags.
 *
 * @throws ConfigurationError naming the variable.
 */
export function readFallbackConfig(
  environment: Environment = process.env,
): Pick<Config, 'region' | 'regions' | 'incidentTable' | 'eventBus'> {
  return { ...readIndexConfig(environment), eventBus: required(environment, 'EVENT_BUS') };
}

/**
 * The notifier's environment.
 *
 * | Variable | Meaning | Default |
 * |---|---|---|
 * | `INCIDENT_TABLE` | the responder's DynamoDB table | required |
 * | `SLACK_SECRET` | name or ARN of the secret with the bot token or the webhooks, or `ssm:` and the name of a parameter | required |
 * | `SLACK_CHANNEL` | id of the channel, or name of the webhook, for what no route claims | `default` |
 * | `SLACK_ROUTES` | JSON list of routes, see `functions/notify/settings.ts` | `[]` |
 * | `SLACK_MENTION_FROM` | `@here` from `info`, `warning` or `critical` on, or `never` | `never` |
 * | `SLACK_TELL_REBALANCES` | `true` tells of rebalance recommendations that nothing is done about | `false` |
 * | `SLACK_WINDOW_SECONDS` | interruptions of one cluster this close share a conversation | `120` |
 * | `SLACK_API_URL` | of the Web API, for GovSlack and for tests | Slack's own |
 * | `ACCOUNT_NAMES` | JSON object, AWS account id to the name that people know | `{}` |
 * | `RESPONDER_LOG_GROUP` | for links to the log of an incident | no links |
 */
export interface NotifierConfig {
  readonly incidentTable: string;
  /** As `functions/notify/slack/secret-place.ts` reads it. */
  readonly secretPlace: string;
  readonly apiUrl?: string;
  readonly settings: NotifySettings;
}

/** @throws ConfigurationError as `readConfig` does. */
export function readNotifierConfig(environment: Environment = process.env): NotifierConfig {
  const { SLACK_API_URL: apiUrl } = environment;
  return {
    incidentTable: required(environment, 'INCIDENT_TABLE'),
    secretPlace: required(environment, 'SLACK_SECRET'),
    ...(apiUrl && { apiUrl }),
    settings: readNotifySettings(environment),
  };
}

/** What of the notifier's environment says how people are told; all of it has defaults. */
export function readNotifySettings(environment: Environment = process.env): NotifySettings {
  const { RESPONDER_LOG_GROUP: logGroup } = environment;
  const mentionFrom = oneOf(environment, 'SLACK_MENTION_FROM', [...LEVELS, 'never'], 'never');
  return {
    channel: environment.SLACK_CHANNEL || DEFAULT_CHANNEL,
    routes: parseRoutes('SLACK_ROUTES', environment.SLACK_ROUTES || '[]'),
    ...(mentionFrom !== 'never' && { mentionFrom }),
    tellRebalances: oneOf(environment, 'SLACK_TELL_REBALANCES', ['true', 'false'], 'false') === 'true',
    windowSeconds: wholeNumber(environment, 'SLACK_WINDOW_SECONDS', { fallback: 120, least: 30, most: 900 }),
    accountNames: parseAccountNames('ACCOUNT_NAMES', environment.ACCOUNT_NAMES || '{}'),
    ...(logGroup && { logGroup }),
  };
}
