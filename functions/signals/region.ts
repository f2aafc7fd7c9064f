import { isRecord } from './fields.ts';
import { readNotification } from './sns-notification.ts';

/**
 * The region that an event is about, where it says so: a deployment may serve several. AWS Health names it itself, because it
 * delivers elsewhere too; a hook's own notification does not say, the topic that it came by does.
 *
 * @throws MalformedSignalError as `parseSignal` does.
 */
export function regionOf(event: unknown): string | undefined {
  const notification = readNotification(event);
  const body = notification ? notification.body : event;
  if (!isRecord(body)) return notification?.region;
  const named = isRecord(body.detail) && body.source === 'aws.health' ? body.detail.eventRegion : body.region;
  return typeof named === 'string' ? named : notification?.region;
}
