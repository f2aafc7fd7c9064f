import * as z from 'zod/mini';
import { instanceId, readFields, text } from './fields.ts';
import type { InstanceAction, Signal } from './interruption.ts';
import { type Envelope, ignore, type SignalKind } from './kind.ts';

const TERMINATING = 'autoscaling:EC2_INSTANCE_TERMINATING';

const hookFields = z.object({
  LifecycleTransition: text,
  EC2InstanceId: instanceId,
  AutoScalingGroupName: text,
  LifecycleHookName: text,
  LifecycleActionToken: text,
  Destination: z.optional(z.string()),
  Action: z.optional(z.string()),
});

/**
 * `EC2 Instance-terminate Lifecycle Action`: Auto Scaling waits for us before it takes the instance. No deadline:
 * the event does not carry the hook's timeout.
 *
 * `{"LifecycleTransition": "autoscaling:EC2_INSTANCE_TERMINATING", "EC2InstanceId": "i-0aaaaaaaaaaaaaaa1",
 *   "AutoScalingGroupName": "eks-gpu-fake", "LifecycleHookName": "spot-responder",
 *   "LifecycleActionToken": "11111111-…", "Origin": "AutoScalingGroup", "Destination": "EC2"}`
 *
 * Source: EC2 Auto Scaling user guide, "Amazon EC2 Auto Scaling event reference".
 */
export const terminateHook: SignalKind = {
  pattern: { source: ['aws.autoscaling'], 'detail-type': ['EC2 Instance-terminate Lifecycle Action'] },
  parse: (detail, envelope) => readHook(detail, envelope, 'detail'),
};

/** The hook's body, which is `detail` in EventBridge's event and the whole message in Auto Scaling's own. */
export function readHook(body: unknown, { id, account, region, time }: Envelope, prefix?: string): Signal {
  const hook = readFields(hookFields, body, prefix);
  if (hook.LifecycleTransition !== TERMINATING) {
    return ignore(
      `lifecycle transition ${hook.LifecycleTransition} does not take instance ${hook.EC2InstanceId} away`,
    );
  }
  return {
    type: 'interruptions',
    interruptions: [
      {
        kind: 'terminate-hook',
        severity: 'hard',
        instanceId: hook.EC2InstanceId,
        action: actionOf(hook),
        noticedAt: time,
        region,
        account,
        eventId: id,
        hook: {
          autoScalingGroup: hook.AutoScalingGroupName,
          hookName: hook.LifecycleHookName,
          token: hook.LifecycleActionToken,
        },
      },
    ],
  };
}

/**
 * A new root volume reboots the instance. A warm pool stops, hibernates or keeps it, as its pool state says; the event
 * does not.
 */
function actionOf({ Action, Destination }: z.output<typeof hookFields>): InstanceAction {
  if (Action === 'ReplaceRootVolume') return 'reboot';
  return Destination === 'WarmPool' ? 'unknown' : 'terminate';
}
