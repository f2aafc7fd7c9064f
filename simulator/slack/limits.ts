import type { Clock } from '../../functions/clock.ts';

/**
 * Slack's rate limits, as strictly as it may enforce them: one post a second and channel, tier 3 (50 a minute) for each
 * method that edits or reads, one message a second and webhook. docs.slack.dev/apis/web-api/rate-limits
 */
export interface Limits {
  /** Seconds that the caller must wait; 0 when the call may pass, and then it counts. */
  waitFor(method: string, target: string): number;
}

export function slackLimits(clock: Clock): Limits {
  const passed = new Map<string, number[]>();
  return {
    waitFor: (method, target) => {
      const isPerTarget = method === 'chat.postMessage' || method === 'webhook';
      const [most, windowMs] = isPerTarget ? [1, 1_000] : [50, 60_000];
      const bucket = isPerTarget ? `${method} ${target}` : method;
      const now = clock.now().getTime();
      const recent = (passed.get(bucket) ?? []).filter((at) => at > now - windowMs);
      passed.set(bucket, recent);
      const [oldest] = recent;
      if (oldest === undefined || recent.length < most) {
        recent.push(now);
        return 0;
      }
      return Math.max(1, Math.ceil((oldest + windowMs - now) / 1000));
    },
  };
}
