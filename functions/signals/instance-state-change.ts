import * as z from 'zod/mini';
import { instanceId, readFields, text } from './fields.ts';
import type { InstanceAction } from './interruption.ts';
import { ignore, type SignalKind } from './kind.ts';

/** The states of an instance that goes. `pending` and `running` are the others. */
const goingStates: ReadonlyMap<string, InstanceAction> = new Map([
  ['stopping', 'stop'],
  ['stopped', 'stop'],
  ['shutting-down', 'terminate'],
  ['terminated', 'terminate'],
]);

/** Of one that was stopped or hibernated and comes back, and of every launch: the incident's row tells which. */
const BACK = 'running';

const fields = z.object({ 'instance-id': instanceId, state: text });

/**
 * `EC2 Instance State-change Notification`: the late net under the warnings, which are best effort. No deadline:
 * the instance is already on its way. One that was stopped or hibernated keeps its node, and runs again: `cancelled`.
 *
 * `{"instance-id": "i-0aaaaaaaaaaaaaaa1", "state": "shutting-down"}`
 *
 * Source: EC2 user guide, "State change events for your instances".
 */
export const instanceStateChange: SignalKind = {
  // `pending` is filtered in EventBridge: nothing follows from it.
  pattern: {
    source: ['aws.ec2'],
    'detail-type': ['EC2 Instance State-change Notification'],
    detail: { state: [...goingStates.keys(), BACK] },
  },
  parse(detail, { id, account, region, time }) {
    const change = readFields(fields, detail, 'detail');
    const isBack = change.state === BACK;
    const action = isBack ? 'unknown' : goingStates.get(change.state);
    if (action === undefined) {
      return ignore(`instance ${change['instance-id']} became ${change.state}, which does not take it away`);
    }
    return {
      type: 'interruptions',
      interruptions: [
        {
          kind: 'instance-state-change',
          severity: isBack ? 'soft' : 'hard',
          instanceId: change['instance-id'],
          action,
          noticedAt: time,
          region,
          account,
          eventId: id,
          ...(isBack && { cancelled: true }),
        },
      ],
    };
  },
};
