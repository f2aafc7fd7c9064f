import * as z from 'zod/mini';
import { instanceAction, instanceId, readFields } from './fields.ts';
import type { SignalKind } from './kind.ts';

const SPOT_NOTICE_SECONDS = 120;

const fields = z.object({ 'instance-id': instanceId, 'instance-action': instanceAction });

/**
 * `EC2 Spot Instance Interruption Warning`: EC2 takes the instance two minutes after the event's `time`, which
 * the event does not say itself. Hibernation gives no two minutes: it begins at once.
 *
 * `{"instance-id": "i-0aaaaaaaaaaaaaaa1", "instance-action": "terminate"}`
 *
 * Source: EC2 user guide, "Spot Instance interruption notices".
 */
export const spotInterruption: SignalKind = {
  pattern: { source: ['aws.ec2'], 'detail-type': ['EC2 Spot Instance Interruption Warning'] },
  parse(detail, { id, account, region, time }) {
    const warning = readFields(fields, detail, 'detail');
    const action = warning['instance-action'];
    const noticeSeconds = action === 'hibernate' ? 0 : SPOT_NOTICE_SECONDS;
    return {
      type: 'interruptions',
      interruptions: [
        {
          kind: 'spot-interruption',
          severity: 'hard',
          instanceId: warning['instance-id'],
          action,
          noticedAt: time,
          deadline: new Date(time.getTime() + noticeSeconds * 1000),
          region,
          account,
          eventId: id,
        },
      ],
    };
  },
};
