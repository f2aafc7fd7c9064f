import {
  type AutoScalingClient,
  LaunchInstancesCommand,
  type LaunchInstancesError,
  SetDesiredCapacityCommand,
  TerminateInstanceInAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import { DENIED } from '../../aws-codes.ts';
import type { InstanceId } from '../../signals/interruption.ts';
import { askAws, awsCallError, isRefusal, problemOf } from './aws-call.ts';
import type { LaunchAnswer, LaunchRequest, SetDesiredAnswer, TerminateAnswer } from './port.ts';

export async function setDesired(
  client: AutoScalingClient,
  AutoScalingGroupName: string,
  DesiredCapacity: number,
): Promise<SetDesiredAnswer> {
  const command = new SetDesiredCapacityCommand({
    AutoScalingGroupName,
    DesiredCapacity,
    HonorCooldown: false,
  });
  return askAws('autoscaling', 'SetDesiredCapacity', async (options): Promise<SetDesiredAnswer> => {
    try {
      await client.send(command, options);
      return { type: 'set' };
    } catch (error) {
      const { code, said } = problemOf(error);
      if (code === 'ScalingActivityInProgressFault' || code === 'ScalingActivityInProgress')
        return { type: 'later', reason: said };
      if (code === 'ValidationError') return { type: 'refused', reason: said };
      throw error;
    }
  });
}

export async function launch(
  client: AutoScalingClient,
  { group, nodes, token, zone }: LaunchRequest,
): Promise<LaunchAnswer> {
  const command = new LaunchInstancesCommand({
    AutoScalingGroupName: group,
    RequestedCapacity: nodes,
    AvailabilityZones: [zone],
    ClientToken: token,
    RetryStrategy: 'none',
  });
  return askAws('autoscaling', 'LaunchInstances', async (options): Promise<LaunchAnswer> => {
    try {
      const { Errors, Instances } = await client.send(command, options);
      const launched = (Instances ?? []).reduce(
        (sum, { InstanceIds }) => sum + (InstanceIds?.length ?? 0),
        0,
      );
      const failure = Errors?.map(inWords)[0];
      return { type: 'answered', launched, ...(failure && { failure }) };
    } catch (error) {
      const { code, said } = problemOf(error);
      if (DENIED.has(code)) return { type: 'unsupported', reason: `${said} ${HOW_TO_ALLOW}` };
      if (UNSUPPORTED.has(code)) return { type: 'unsupported', reason: said };
      throw error;
    }
  });
}

/** Auto Scaling asks for permissions of EC2 beside its own, of the caller. Nodes on demand must not wait for them. */
const HOW_TO_ALLOW =
  'Deploy with -c launchInstances=true, or take the tag spot-responder/launch from the group.';

const UNSUPPORTED = new Set([
  'UnsupportedOperation',
  'UnsupportedOperationException',
  'ValidationError',
  'InvalidAction',
]);

function inWords({ ErrorCode, ErrorMessage }: LaunchInstancesError): string {
  return `${ErrorCode ?? 'Unknown'} - ${ErrorMessage ?? ''}`;
}

/**
 * `once` must be a client that does not retry: after a lost answer nobody knows whether the group was made smaller, and a
 * repeated call could make it smaller again.
 */
export async function terminate(once: AutoScalingClient, InstanceId: InstanceId): Promise<TerminateAnswer> {
  const command = new TerminateInstanceInAutoScalingGroupCommand({
    InstanceId,
    ShouldDecrementDesiredCapacity: true,
  });
  try {
    await once.send(command, { abortSignal: AbortSignal.timeout(TERMINATE_TIMEOUT_MS) });
    return { type: 'terminating' };
  } catch (error) {
    const { code, said } = problemOf(error);
    if (/not found|No managed instance/i.test(said)) return { type: 'gone' };
    if (code.startsWith('AccessDenied'))
      throw awsCallError('autoscaling', 'TerminateInstanceInAutoScalingGroup', error);
    return { type: isRefusal(error) ? 'refused' : 'unknown', reason: `${code}: ${said}` };
  }
}

const TERMINATE_TIMEOUT_MS = 10_000;
