/** The words of the first half of the story: what EventBridge said, about which instance, until when. */

/** `i-0abc…`. Branded so that an instance id and a node name cannot be swapped. */
export type InstanceId = string & { readonly __brand: 'InstanceId' };

const INSTANCE_ID = /^i-[0-9a-f]{8,32}$/;

/** `undefined` when the text is not an EC2 instance id. */
export function asInstanceId(text: string): InstanceId | undefined {
  return INSTANCE_ID.test(text) ? (text as InstanceId) : undefined;
}

export const INTERRUPTION_KINDS = [
  'spot-interruption',
  'rebalance-recommendation',
  'instance-state-change',
  'scheduled-change',
  'terminate-hook',
  'capacity-reservation-interruption',
  'capacity-block-expiration',
] as const;

export type InterruptionKind = (typeof INTERRUPTION_KINDS)[number];

/** `hard`: the instance goes. `soft`: it may go, or goes at a far date. */
export type Severity = 'hard' | 'soft';

export const INSTANCE_ACTIONS = ['terminate', 'stop', 'hibernate', 'reboot', 'unknown'] as const;

/** What EC2 will do to the instance; `unknown` where the event does not say. */
export type InstanceAction = (typeof INSTANCE_ACTIONS)[number];

/** The Auto Scaling hook that waits for us, when the signal is one. */
export interface LifecycleHook {
  readonly autoScalingGroup: string;
  readonly hookName: string;
  readonly token: string;
}

/** One instance, one reason, one deadline. */
export interface Interruption {
  readonly kind: InterruptionKind;
  readonly severity: Severity;
  readonly instanceId: InstanceId;
  readonly action: InstanceAction;
  /** The event's own `time`. Every figure we report counts from here. */
  readonly noticedAt: Date;
  /** When the instance goes. Absent when nobody knows (rebalance, a state change already under way). */
  readonly deadline?: Date;
  readonly region: string;
  readonly account: string;
  /**
   * EventBridge event id, for the logs. AWS Health delivers one notice as several events: there it is
   * `affectedAccount/communicationId`. A hook's own notification has none: there it is the request id.
   */
  readonly eventId: string;
  /** Undo what an earlier notice led to: AWS Health has cancelled it, the instance runs again, its time is over. */
  readonly cancelled?: true;
  readonly hook?: LifecycleHook;
}

/** A capacity block ends: which instances that concerns is known only to EC2. */
interface ReservationExpiry {
  readonly capacityReservationId: string;
  /** The interruption that each instance of the reservation gets. */
  readonly interruption: Omit<Interruption, 'instanceId'>;
}

/** What one event means. A malformed event is not a value here: it throws `MalformedSignalError`. */
export type Signal =
  | { readonly type: 'interruptions'; readonly interruptions: readonly Interruption[] }
  | { readonly type: 'reservation-expiry'; readonly expiry: ReservationExpiry }
  | { readonly type: 'ignored'; readonly reason: string };
