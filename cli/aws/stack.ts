import { type CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { AwsCallError, ConfigurationError } from '../../functions/errors.ts';
import {
  CHAIN_DESCRIPTIONS,
  DRILL_DESCRIPTIONS,
  groupOfAccessEntry,
  TABLE_DESCRIPTION,
} from '../../infra/outputs.ts';
import { ask } from './ask.ts';
import { WITH_ALL_SETTINGS } from './redeploy.ts';
import { regionOf } from './region.ts';

/** A role that must be let into every cluster, and the Kubernetes group it is there. */
export interface StackRole {
  readonly arn: string;
  readonly group: string;
}

/** The responder as it is deployed in one Region. */
export interface DeployedStack {
  readonly name: string;
  readonly region: string;
  /** CloudFormation's word, e.g. `UPDATE_COMPLETE`. */
  readonly status: string;
  readonly roles: readonly StackRole[];
  readonly table?: string;
  /** Name of our own bus. */
  readonly bus?: string;
  readonly queues?: StackQueues;
  /** Regions that forward their events to this one. */
  readonly extraRegions: readonly string[];
  /** Ids of the experiment templates; none unless it was deployed with drills. */
  readonly drills: Readonly<Partial<Record<keyof typeof DRILL_DESCRIPTIONS, string>>>;
}

/** URLs. */
interface StackQueues {
  /** What no function could take. */
  readonly deadLetters: string;
  /** Where it may go back to. */
  readonly events: string;
  /** Scheduled runs that failed; absent of a stack that keeps none. */
  readonly failedRuns?: string;
}

/**
 * Reads what the stack says of itself.
 *
 * @throws ConfigurationError when there is no such stack, or it is none of ours; AwsCallError.
 */
export async function readStack(client: CloudFormationClient, name: string): Promise<DeployedStack> {
  const region = await regionOf(client);
  const found = await describe(client, name, region);
  const outputs = (found.Outputs ?? []).map(({ Description = '', OutputValue = '' }) => ({
    description: Description,
    value: OutputValue,
  }));
  const roles = outputs.flatMap(({ description, value }) => {
    const group = groupOfAccessEntry(description);
    return group !== undefined && value !== '' ? [{ arn: value, group }] : [];
  });
  if (roles.length === 0)
    throw new ConfigurationError(
      `--stack ${name}: the stack in ${region} (${found.StackStatus}) has no output that names the responder's roles. Deploy this version of it (npm run build && npx cdk deploy, ${WITH_ALL_SETTINGS}), or name the responder's stack.`,
    );
  const outputOf = (wanted: string) => outputs.find(({ description }) => description === wanted)?.value;
  const table = outputOf(TABLE_DESCRIPTION);
  const interruption = outputOf(DRILL_DESCRIPTIONS.interruption);
  const capacity = outputOf(DRILL_DESCRIPTIONS.capacity);
  const drills = { ...(interruption && { interruption }), ...(capacity && { capacity }) };
  const bus = outputOf(CHAIN_DESCRIPTIONS.bus);
  const queues = queuesOf(outputOf);
  return {
    name,
    region,
    status: found.StackStatus ?? 'unknown',
    roles,
    drills,
    extraRegions: outputOf(CHAIN_DESCRIPTIONS.extraRegions)?.split(',') ?? [],
    ...(table && { table }),
    ...(bus && { bus }),
    ...(queues && { queues }),
  };
}

/** `undefined` of a stack that an older version deployed. */
function queuesOf(outputOf: (description: string) => string | undefined): StackQueues | undefined {
  const deadLetters = outputOf(CHAIN_DESCRIPTIONS.deadLetters);
  const events = outputOf(CHAIN_DESCRIPTIONS.events);
  const failedRuns = outputOf(CHAIN_DESCRIPTIONS.failedRuns);
  return deadLetters && events ? { deadLetters, events, ...(failedRuns && { failedRuns }) } : undefined;
}

async function describe(client: CloudFormationClient, name: string, region: string) {
  try {
    const question = { action: 'cloudformation:DescribeStacks', on: `stack ${name}`, region };
    const { Stacks = [] } = await ask(question, (options) =>
      client.send(new DescribeStacksCommand({ StackName: name }), options),
    );
    if (Stacks[0]) return Stacks[0];
  } catch (error) {
    const isAbsent = error instanceof AwsCallError && error.code === 'ValidationError';
    if (!isAbsent) throw error;
  }
  throw new ConfigurationError(
    `--stack ${name}: there is no such stack in ${region} of this account. Deploy it there, name yours with --stack, or its Region (enroll: --stack-region; others: --region).`,
  );
}
