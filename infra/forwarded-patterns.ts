import type { EventPattern } from '../functions/signals/kind.ts';
import { signalPatterns } from '../functions/signals/parse.ts';

/** What makes a look before the minute is over worth it, for the fallback. */
export const nudgePatterns = {
  'nudge-interruption': {
    source: ['aws.ec2'],
    'detail-type': ['EC2 Spot Instance Interruption Warning'],
  },
  'nudge-instance-gone': {
    source: ['aws.ec2'],
    'detail-type': ['EC2 Instance State-change Notification'],
    detail: { state: ['shutting-down', 'terminated'] },
  },
  'nudge-launch': {
    source: ['aws.autoscaling'],
    'detail-type': ['EC2 Instance Launch Successful', 'EC2 Instance Launch Unsuccessful'],
  },
} as const satisfies Readonly<Record<string, EventPattern>>;

/**
 * What an extra region forwards. Of the nudges, those that no signal's pattern covers: an event that two rules forward would
 * arrive twice. Loss of instances is a signal, launches are none.
 */
export const forwardedPatterns: Readonly<Record<string, EventPattern>> = {
  ...signalPatterns,
  'nudge-launch': nudgePatterns['nudge-launch'],
};
