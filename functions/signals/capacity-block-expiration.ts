import * as z from 'zod/mini';
import { readFields, time } from './fields.ts';
import type { SignalKind } from './kind.ts';

/** EC2 begins terminating a block's instances this long before the block's end. */
const TERMINATION_LEAD_MINUTES = 30;

const fields = z.object({
  'capacity-reservation-id': z.string().check(z.regex(/^cr-\w+$/, 'is not a capacity reservation id')),
  'end-date': time,
});

/**
 * `Capacity Block Expiration Warning`, called `Capacity Block Reservation Expiration Warning` in older pages and
 * in China: both are matched. Sent 40 minutes before the end, so ten minutes before EC2 begins terminating.
 * Hard, although minutes away: nothing can keep the block's instances, unlike a rebalance or a scheduled change,
 * and ten minutes are no longer than a drain with its checkpoints may need.
 *
 * `{"capacity-reservation-id": "cr-0fake1", "end-date": "2026-11-20T11:30:00Z"}`
 *
 * Source: EC2 user guide, "Monitor Capacity Blocks".
 */
export const capacityBlockExpiration: SignalKind = {
  pattern: {
    source: ['aws.ec2'],
    'detail-type': ['Capacity Block Expiration Warning', 'Capacity Block Reservation Expiration Warning'],
  },
  parse(detail, envelope) {
    const warning = readFields(fields, detail, 'detail');
    return {
      type: 'reservation-expiry',
      expiry: {
        capacityReservationId: warning['capacity-reservation-id'],
        interruption: {
          kind: 'capacity-block-expiration',
          severity: 'hard',
          action: 'terminate',
          noticedAt: envelope.time,
          deadline: new Date(warning['end-date'].getTime() - TERMINATION_LEAD_MINUTES * 60_000),
          region: envelope.region,
          account: envelope.account,
          eventId: envelope.id,
        },
      },
    };
  },
};
