import * as z from 'zod/mini';
import { MalformedSignalError } from '../errors.ts';
import { isRecord, readFields } from './fields.ts';

/** What an SNS topic delivers to a queue without raw message delivery: the message as JSON text in `Message`. */
const notificationFields = z.object({ Message: z.string(), TopicArn: z.optional(z.string()) });

/** The message, and the topic's region where it says. `undefined` when `event` is not an SNS notification. */
export function readNotification(
  event: unknown,
): { readonly body: unknown; readonly region?: string } | undefined {
  if (!isNotification(event)) return undefined;
  const { Message, TopicArn } = readFields(notificationFields, event);
  const region = TopicArn?.split(':')[3];
  return { body: readJson(Message), ...(region ? { region } : {}) };
}

export function isNotification(event: unknown): event is Readonly<Record<string, unknown>> {
  return isRecord(event) && event.Type === 'Notification';
}

function readJson(message: string): unknown {
  try {
    return JSON.parse(message);
  } catch (error) {
    throw new MalformedSignalError('Message', 'is not JSON', { cause: error });
  }
}
