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

const { 'warm-pool-launch': _isOneOfAllLaunches, ...signals } = signalPatterns;

/**
 * What an extra region forwards: an event that two rules forward would arrive twice. Loss of instances is a signal and
 * a nudge; all launches are nudges, those out of a warm pool signals too.
 */
export const forwardedPatterns: Readonly<Record<string, EventPattern>> = {
  ...signals,
  'nudge-launch': nudgePatterns['nudge-launch'],
};
