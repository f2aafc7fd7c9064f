import * as z from 'zod/mini';
import { account, isRecord, readFields, text, time } from './fields.ts';
import type { Signal } from './interruption.ts';
import { ignore } from './kind.ts';
import { readHook } from './terminate-hook.ts';

const notificationFields = z.object({ AccountId: account, RequestId: text, Time: time });
const eventFields = z.object({ Event: z.string() });

/** True for what Auto Scaling itself sends to a hook's SQS queue or SNS topic: no envelope, capitalised fields. */
export function isHookNotification(body: Readonly<Record<string, unknown>>): boolean {
  return 'LifecycleTransition' in body || isAutoScalingEvent(body);
}

/**
 * A hook's notification. It says neither its region nor an event id: `region` is where it was delivered, which is
 * the group's own, and the request id stands for the event id.
 *
 * Source: EC2 Auto Scaling user guide, "Prepare to add a lifecycle hook to your Auto Scaling group".
 */
export function parseHookNotification(body: Readonly<Record<string, unknown>>, region: string): Signal {
  // A test notification is sent when the hook is made; others (launched, terminated) say what has happened already.
  if (isAutoScalingEvent(body))
    return ignore(`Auto Scaling notification ${readFields(eventFields, body).Event}`);
  const { AccountId, RequestId, Time } = readFields(notificationFields, body);
  return readHook(body, { id: RequestId, account: AccountId, region, time: Time });
}

function isAutoScalingEvent(body: unknown): boolean {
  return isRecord(body) && typeof body.Event === 'string' && body.Event.startsWith('autoscaling:');
}
