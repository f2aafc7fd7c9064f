/** What our metrics are called, for those who write them and for the alarms on them. */
export const NAMESPACE = 'SpotResponder';
export const RESPONDER_SERVICE = 'spot-responder';
export const NOTIFIER_SERVICE = 'spot-responder-notifier';

/** Counted over all clusters: an alarm knows no clusters that come later. */
export type Total = 'DeadlinesMissed' | 'DrainsBlocked' | 'NotEnrolled' | 'Failures';
