import { expect, test } from 'vitest';
import { matchesPattern } from '../../e2e/events/pattern.ts';
import { parseSignal, signalPatterns } from '../../functions/signals/parse.ts';
import { samples } from './samples.ts';

const home = { region: 'us-east-2' };

test.each(Object.keys(samples))(
  '%s.json is subscribed to exactly once if anything comes of it, at most once if not',
  (name) => {
    const event = Object(samples[name]);
    const matching = Object.entries(signalPatterns).filter(([, pattern]) =>
      matchesPattern({ ...pattern }, event),
    );
    expect(matching.length).toBeLessThanOrEqual(1);
    const signal = parseSignal(event, home);
    const isFromEventBridge = 'detail-type' in event;
    if (signal.type !== 'ignored' && isFromEventBridge)
      expect(matching.map(([kind]) => kind)).toEqual([name === 'warm-pool-launch' ? name : kindOf(signal)]);
  },
);

test.each(['health-issue', 'launch-hook', 'capacity-reservation-active'])(
  '%s.json never reaches us: no pattern matches it',
  (name) => {
    expect(
      Object.values(signalPatterns).filter((pattern) => matchesPattern({ ...pattern }, samples[name])),
    ).toEqual([]);
  },
);

test('every pattern fits the 2,048 characters EventBridge allows', () => {
  for (const pattern of Object.values(signalPatterns))
    expect(JSON.stringify(pattern).length).toBeLessThan(2048);
});

function kindOf(signal: Exclude<ReturnType<typeof parseSignal>, { type: 'ignored' }>): string | undefined {
  return signal.type === 'interruptions' ? signal.interruptions[0]?.kind : signal.expiry.interruption.kind;
}
