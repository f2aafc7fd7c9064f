import * as z from 'zod/mini';
import { instanceAction, instanceId, readFields, time } from './fields.ts';
import type { SignalKind } from './kind.ts';

const fields = z.object({
  'instance-id': instanceId,
  'instance-action': instanceAction,
  'instance-termination-time': time,
});

/**
 * `EC2 Capacity Reservation Instance Interruption Warning`: the owner of an interruptible reservation takes it
 * back, or a capacity block ends. Unlike the spot warning, the event says when.
 *
 * `{"instance-id": "i-0ddddddddddddddd4", "instance-action": "terminate",
 *   "instance-termination-time": "2026-11-20T12:02:00Z"}`
 *
 * Source: EC2 user guide, "Monitor interruptible Capacity Reservations", "Monitor Capacity Blocks".
 */
export const capacityReservationInterruption: SignalKind = {
  pattern: { source: ['aws.ec2'], 'detail-type': ['EC2 Capacity Reservation Instance Interruption Warning'] },
  parse(detail, envelope) {
    const warning = readFields(fields, detail, 'detail');
    return {
      type: 'interruptions',
      interruptions: [
        {
          kind: 'capacity-reservation-interruption',
          severity: 'hard',
          instanceId: warning['instance-id'],
          action: warning['instance-action'],
          noticedAt: envelope.time,
          deadline: warning['instance-termination-time'],
          region: envelope.region,
          account: envelope.account,
          eventId: envelope.id,
        },
      ],
    };
  },
};
