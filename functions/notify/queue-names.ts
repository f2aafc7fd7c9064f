/** What waits for the notifier. */
export const NOTICES_QUEUE = 'spot-responder-notices';

/** What Slack did not take for an hour, and what our bus could not put into the queue. */
export const DEAD_NOTICES_QUEUE = 'spot-responder-notices-dead';
