import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { EKSClient } from '@aws-sdk/client-eks';
import { AwsCallError, ClusterError, ConfigurationError } from '../../functions/errors.ts';
import { asTyped } from '../as-typed.ts';
import { WITH_ALL_SETTINGS } from '../aws/redeploy.ts';
import { regionOf } from '../aws/region.ts';
import { type DeployedStack, readStack } from '../aws/stack.ts';
import { exitCodes } from '../exit-codes.ts';
import { checkWayIn, type WayIn } from '../way-in.ts';
import { openAccessEntries } from './access-entries.ts';
import { connectAsOperator, findCluster } from './cluster.ts';
import { enroll, withdraw } from './enroll.ts';
import { readManifests } from './manifests.ts';
import { openObjects } from './objects.ts';
import { showEnd, showStep } from './show.ts';
import type { Step } from './step.ts';

export interface EnrollOptions extends WayIn {
  readonly region?: string;
  readonly stack: string;
  readonly stackRegion?: string;
  readonly dryRun?: true;
  readonly remove?: true;
  readonly json?: true;
}

/**
 * Enrols a cluster, or takes it out. Returns the exit code.
 *
 * @throws ConfigurationError, AwsCallError, ClusterError before anything was changed; later failures are told.
 */
export async function runEnroll(name: string, options: EnrollOptions): Promise<number> {
  const { dryRun = false, json = false, remove = false } = options;
  checkWayIn(options);
  if (name === '') throw new ConfigurationError('enroll: the cluster’s name is empty; give it.');
  const say = json ? () => undefined : (line: string) => console.log(line);
  const eks = new EKSClient(options.region ? { region: options.region } : {});
  const region = await regionOf(eks);
  // The stack may be gone already when its clusters are taken out.
  const stack = remove ? undefined : await readStack(stackClient(options, region), options.stack);
  if (stack) checkServed(stack, name, region);
  const cluster = await findCluster(eks, name, region);
  const connection = await connectAsOperator(eks, cluster, options);
  say(`${titleOf(name, region, stack)}, by ${connection.server}`);
  const steps: Step[] = [];
  const deps = {
    entries: openAccessEntries(eks, name, region),
    objects: openObjects(connection),
    manifests: await readManifests(),
    tell: (step: Step) => {
      steps.push(step);
      say(showStep(step, dryRun));
    },
  };
  const failure = await failureOf(stack ? enroll(deps, stack.roles, { dryRun }) : withdraw(deps, { dryRun }));
  if (json) console.log(JSON.stringify({ schemaVersion: 1, cluster: name, region, dryRun, steps }, null, 2));
  else if (!failure) {
    const stackRegion = options.stackRegion ?? region;
    console.log(asTyped(showEnd(steps, { cluster: name, dryRun, remove, stackRegion })));
  }
  if (failure) console.error(`error: ${failure.message}`);
  return failure ? exitCodes.failed : exitCodes.ok;
}

/** @throws ConfigurationError when no rule would bring the cluster's interruptions to the stack. */
function checkServed(
  { extraRegions, name, region: home }: DeployedStack,
  cluster: string,
  region: string,
): void {
  if (region === home || extraRegions.includes(region)) return;
  const regions = [...extraRegions, region].join(',');
  throw new ConfigurationError(
    `enroll ${cluster}: stack ${name} in ${home} does not serve ${region}, so that no interruption there would reach it. Deploy it so first: npx cdk deploy --all -c homeRegion=${home} -c extraRegions=${regions}, ${WITH_ALL_SETTINGS}; or deploy a stack in ${region}.`,
  );
}

function stackClient({ stackRegion }: EnrollOptions, region: string): CloudFormationClient {
  return new CloudFormationClient({ region: stackRegion ?? region });
}

function titleOf(cluster: string, region: string, stack: DeployedStack | undefined): string {
  if (!stack) return `Taking ${cluster} (${region}) out`;
  return `Enrolling ${cluster} (${region}) for stack ${stack.name} in ${stack.region}`;
}

/** What an operator must mend. */
async function failureOf(work: Promise<void>): Promise<AwsCallError | ClusterError | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (error instanceof AwsCallError || error instanceof ClusterError) return error;
    throw error;
  }
}
