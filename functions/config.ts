import { ConfigurationError } from './errors.ts';
import { defaultChoices, type PolicyChoices } from './respond/policy.ts';

/**
 * The responder's environment, the only place that reads `process.env`.
 *
 * | Variable | Meaning | Default |
 * |---|---|---|
 * | `AWS_REGION` | region this function serves (Lambda sets it) | required |
 * | `INCIDENT_TABLE` | DynamoDB table of incidents | required |
 * | `EVENT_BUS` | our own bus for `Interruption …` events | required |
 * | `ON_REBALANCE` | `tell`, `cordon` or `drain` | `tell` |
 * | `ON_SCHEDULED_CHANGE` | `tell`, `cordon` or `drain` | `tell` |
 * | `DRAIN_SELF_MANAGED` | `true` drains Karpenter and Auto Mode nodes too | `false` |
 * | `REBALANCE_CHECKPOINT_MINUTES` | on rebalances, a training gang is asked to save at most once in so many minutes | `10` |
 * | `LONGEST_DRAIN_MINUTES` | a drain that no deadline ends sooner stops after this long; a terminate hook is kept waiting no longer | `120` |
 * | `LEASE_SECONDS` | a run silent for this long is taken over | `15` |
 */
export interface Config {
  readonly region: string;
  readonly incidentTable: string;
  readonly eventBus: string;
  readonly leaseSeconds: number;
  readonly choices: PolicyChoices;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws ConfigurationError naming the variable, what it holds and what it may hold. */
export function readConfig(environment: Environment = process.env): Config {
  return {
    ...readIndexConfig(environment),
    eventBus: required(environment, 'EVENT_BUS'),
    leaseSeconds: wholeNumber(environment, 'LEASE_SECONDS', { fallback: 15, least: 5, most: 120 }),
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
        least: 1,
        most: 1440,
      }),
      longestDrainMinutes: wholeNumber(environment, 'LONGEST_DRAIN_MINUTES', {
        fallback: defaultChoices.longestDrainMinutes,
        least: 5,
        most: 1440,
      }),
    },
  };
}

/**
 * What the node index's pass needs of the same environment.
 *
 * @throws ConfigurationError naming the variable.
 */
export function readIndexConfig(
  environment: Environment = process.env,
): Pick<Config, 'region' | 'incidentTable'> {
  return {
    region: required(environment, 'AWS_REGION'),
    incidentTable: required(environment, 'INCIDENT_TABLE'),
  };
}

function required(environment: Environment, name: string): string {
  const value = environment[name];
  if (!value)
    throw new ConfigurationError(
      `Environment variable ${name} is not set; the stack sets it on the function.`,
    );
  return value;
}

function oneOf<Value extends string>(
  environment: Environment,
  name: string,
  allowed: readonly Value[],
  fallback: Value,
): Value {
  const value = environment[name];
  if (value === undefined || value === '') return fallback;
  const found = allowed.find((each) => each === value);
  if (found === undefined) {
    throw new ConfigurationError(
      `Environment variable ${name} is "${value}"; it may be ${allowed.join(', ')}.`,
    );
  }
  return found;
}

function wholeNumber(
  environment: Environment,
  name: string,
  { fallback, least, most }: { readonly fallback: number; readonly least: number; readonly most: number },
): number {
  const value = environment[name];
  if (value === undefined || value === '') return fallback;
  const parsed = Number(value);
  if (!Number.isInteger(parsed) || parsed < least || parsed > most) {
    throw new ConfigurationError(
      `Environment variable ${name} is "${value}"; it must be a whole number from ${least} to ${most}.`,
    );
  }
  return parsed;
}
