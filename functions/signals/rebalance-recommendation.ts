import * as z from 'zod/mini';
import { instanceId, readFields } from './fields.ts';
import type { SignalKind } from './kind.ts';

const fields = z.object({ 'instance-id': instanceId });

/**
 * `EC2 Instance Rebalance Recommendation`: the spot instance is at elevated risk. It names no time, and may
 * not come true; it may also arrive together with the interruption warning.
 *
 * `{"instance-id": "i-0aaaaaaaaaaaaaaa1"}`
 *
 * Source: EC2 user guide, "EC2 instance rebalance recommendations".
 */
export const rebalanceRecommendation: SignalKind = {
  pattern: { source: ['aws.ec2'], 'detail-type': ['EC2 Instance Rebalance Recommendation'] },
  parse(detail, { id, account, region, time }) {
    return {
      type: 'interruptions',
      interruptions: [
        {
          kind: 'rebalance-recommendation',
          severity: 'soft',
          instanceId: readFields(fields, detail, 'detail')['instance-id'],
          action: 'unknown',
          noticedAt: time,
          region,
          account,
          eventId: id,
        },
      ],
    };
  },
};
