import * as z from 'zod/mini';
import { instanceId, readFields, text } from './fields.ts';
import { ignore, type SignalKind } from './kind.ts';

const POOL = 'WarmPool';

const fields = z.object({ EC2InstanceId: instanceId, Origin: text });

/**
 * `EC2 Instance Launch Successful`, of an instance that comes out of a warm pool: one that the pool had kept running
 * has not changed its state, so nothing else says that it is back. What was done when it went there is undone.
 *
 * `{"EC2InstanceId": "i-0aaaaaaaaaaaaaaa1", "AutoScalingGroupName": "eks-gpu-fake", "Origin": "WarmPool",
 *   "Destination": "AutoScalingGroup", "StatusCode": "InProgress", …}`
 *
 * Source: EC2 Auto Scaling user guide, "Warm pool example events and patterns".
 */
export const warmPoolLaunch: SignalKind = {
  // Launches are many; those of new instances are filtered in EventBridge.
  pattern: {
    source: ['aws.autoscaling'],
    'detail-type': ['EC2 Instance Launch Successful'],
    detail: { Origin: [POOL] },
  },
  parse(detail, { id, account, region, time }) {
    const launch = readFields(fields, detail, 'detail');
    if (launch.Origin !== POOL) return ignore(`instance ${launch.EC2InstanceId} was launched anew`);
    return {
      type: 'interruptions',
      interruptions: [
        {
          kind: 'instance-state-change',
          severity: 'soft',
          instanceId: launch.EC2InstanceId,
          action: 'unknown',
          noticedAt: time,
          region,
          account,
          eventId: id,
          cancelled: true,
        },
      ],
    };
  },
};
