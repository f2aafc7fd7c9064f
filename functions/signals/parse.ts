import * as z from 'zod/mini';
import { MalformedSignalError } from '../errors.ts';
import { capacityBlockExpiration } from './capacity-block-expiration.ts';
import { capacityReservationInterruption } from './capacity-reservation-interruption.ts';
import { isRecord, readFields, text } from './fields.ts';
import { healthEvent } from './health-event.ts';
import { isHookNotification, parseHookNotification } from './hook-notification.ts';
import { instanceStateChange } from './instance-state-change.ts';
import type { InterruptionKind, Signal } from './interruption.ts';
import { type EventPattern, type Home, ignore, readEnvelope, type SignalKind } from './kind.ts';
import { rebalanceRecommendation } from './rebalance-recommendation.ts';
import { readNotification } from './sns-notification.ts';
import { spotInterruption } from './spot-interruption.ts';
import { terminateHook } from './terminate-hook.ts';
import { warmPoolLaunch } from './warm-pool-launch.ts';

/**
 * What one event means for instances of `home.region`: interruptions, the end of a reservation, or nothing, with
 * the reason. Takes an EventBridge event, or an Auto Scaling hook's own notification; either may be in an SNS
 * notification. Throws `MalformedSignalError` naming the field when an event of a known type lacks or mangles one.
 */
export function parseSignal(event: unknown, home: Home): Signal {
  const notification = readNotification(event);
  if (notification === undefined) return parseBody(event, home, home.region);
  return parseBody(notification.body, home, notification.region ?? home.region);
}

const kinds = {
  'spot-interruption': spotInterruption,
  'rebalance-recommendation': rebalanceRecommendation,
  'instance-state-change': instanceStateChange,
  'scheduled-change': healthEvent,
  'terminate-hook': terminateHook,
  'warm-pool-launch': warmPoolLaunch,
  'capacity-reservation-interruption': capacityReservationInterruption,
  'capacity-block-expiration': capacityBlockExpiration,
} satisfies Readonly<Record<InterruptionKind | 'warm-pool-launch', SignalKind>>;

type SignalName = keyof typeof kinds;

/** What the rules of the default bus shall match, in EventBridge's own JSON form. */
export const signalPatterns: Readonly<Record<SignalName, EventPattern>> = {
  'spot-interruption': spotInterruption.pattern,
  'rebalance-recommendation': rebalanceRecommendation.pattern,
  'instance-state-change': instanceStateChange.pattern,
  'scheduled-change': healthEvent.pattern,
  'terminate-hook': terminateHook.pattern,
  'warm-pool-launch': warmPoolLaunch.pattern,
  'capacity-reservation-interruption': capacityReservationInterruption.pattern,
  'capacity-block-expiration': capacityBlockExpiration.pattern,
};

/** Derived from the patterns, so that what is subscribed to and what is understood cannot differ. */
const registry: ReadonlyMap<string, SignalKind> = new Map(
  Object.values(kinds).flatMap((kind) =>
    kind.pattern.source.flatMap((source) =>
      kind.pattern['detail-type'].map((detailType): [string, SignalKind] => [
        nameOf(source, detailType),
        kind,
      ]),
    ),
  ),
);

const typeFields = z.object({ source: text, 'detail-type': text });

function parseBody(event: unknown, home: Home, deliveredIn: string): Signal {
  if (!isRecord(event)) throw new MalformedSignalError('(event)', 'is not a JSON object');
  if (isHookNotification(event)) {
    if (deliveredIn !== home.region) return ignore(notHere('hook notification', deliveredIn, home));
    return parseHookNotification(event, deliveredIn);
  }
  const type = readFields(typeFields, event);
  const name = nameOf(type.source, type['detail-type']);
  const kind = registry.get(name);
  if (kind === undefined) return ignore(`nothing is done on ${name}`);
  const envelope = readEnvelope(event);
  if (!kind.namesItsRegion && envelope.region !== home.region) {
    return ignore(notHere(type['detail-type'], envelope.region, home));
  }
  return kind.parse(event.detail, envelope, home);
}

function nameOf(source: string, detailType: string): string {
  return `"${detailType}" of ${source}`;
}

function notHere(what: string, region: string, home: Home): string {
  return `${what} from region ${region}, not ${home.region}`;
}
