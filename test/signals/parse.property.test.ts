import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MalformedSignalError } from '../../functions/errors.ts';
import type { Signal } from '../../functions/signals/interruption.ts';
import { parseSignal, signalPatterns } from '../../functions/signals/parse.ts';
import { aimEvent, retimeEvent } from '../../functions/signals/retime.ts';
import { samples } from './samples.ts';

const home = { region: 'us-east-2' };
const decoy = 'i-0fffffffffffffff9';
/** Stands in `resources` and nowhere else. */
const stray = 'i-0eeeeeeeeeeeeeee8';

/** What an event may hold in a field's place: another field's value, a decoy, something broken, anything. */
const replacement: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    ...[
      undefined,
      null,
      '',
      0,
      true,
      [],
      {},
      '__proto__',
      { toString: 1 },
      '9999-12-31T23:59:59Z',
      'i-',
      'Notification',
    ],
    ...[
      'us-west-2',
      'autoscaling:X',
      '"x"',
      'Fri, 99 Nov 2026 99:99:99 GMT',
      decoy,
      'i-0bbbbbbbbbbbbbbb2',
      [decoy],
      'closed',
    ],
    ...Object.values(signalPatterns).flatMap((pattern) => [...pattern.source, ...pattern['detail-type']]),
  ),
  fc.jsonValue(),
  fc.anything(),
);

const mutated = fc
  .record({
    sample: fc.constantFrom(...Object.values(samples)),
    edits: fc.array(fc.tuple(fc.nat(), replacement, fc.boolean()), { minLength: 1, maxLength: 4 }),
  })
  .map(({ sample, edits }) =>
    edits.reduce<unknown>(applyEdit, structuredClone({ ...Object(sample), resources: [stray] })),
  );

const nearEvent = fc.record(
  {
    source: fc.constantFrom('aws.ec2', 'aws.health', 'aws.autoscaling'),
    'detail-type': fc.constantFrom(
      ...Object.values(signalPatterns).flatMap((pattern) => pattern['detail-type']),
    ),
    id: fc.string(),
    account: fc.constantFrom('111122223333', ''),
    time: fc.date().map((date) => (Number.isNaN(date.getTime()) ? 'never' : date.toISOString())),
    region: fc.constantFrom('us-east-2', 'us-west-2'),
    resources: fc.constant([stray]),
    detail: replacement,
    Type: fc.constantFrom('Notification', 'SubscriptionConfirmation'),
    Message: fc.oneof(fc.json(), fc.string()),
  },
  { requiredKeys: [] },
);

test('a mutated event is understood or refused, and never interrupts an instance its body does not name', () => {
  fc.assert(fc.property(mutated, expectHonestAnswer), { numRuns: 6000 });
});

test('a random event is understood or refused, and never interrupts an instance its body does not name', () => {
  fc.assert(fc.property(fc.oneof(nearEvent, fc.anything(), fc.jsonValue()), expectHonestAnswer), {
    numRuns: 4000,
  });
});

test('retiming and aiming never fail, whatever the event', () => {
  const aimed = parseSignal(samples['spot-interruption-terminate'], home);
  if (aimed.type !== 'interruptions' || aimed.interruptions[0] === undefined)
    throw new Error('no interruption');
  const { instanceId } = aimed.interruptions[0];
  fc.assert(
    fc.property(fc.oneof(mutated, fc.jsonValue()), (event) => {
      aimEvent(retimeEvent(event, new Date('2026-12-01T00:00:00Z')), instanceId);
    }),
    { numRuns: 2000 },
  );
});

function expectHonestAnswer(event: unknown): void {
  const signal = parseOrRefuse(event);
  if (signal?.type !== 'interruptions') return;
  const named = namesIn(bodyOf(event));
  expect(signal.interruptions.length).toBeGreaterThan(0);
  for (const { instanceId, noticedAt, deadline } of signal.interruptions) {
    expect(named).toContain(instanceId);
    expect(noticedAt.getTime()).not.toBeNaN();
    if (deadline) expect(deadline.getTime()).not.toBeNaN();
  }
}

function parseOrRefuse(event: unknown): Signal | undefined {
  try {
    return parseSignal(event, home);
  } catch (error) {
    expect(error).toBeInstanceOf(MalformedSignalError);
    return undefined;
  }
}

/** `detail` of an EventBridge event, the whole of a hook's own notification; `resources` is neither. */
function bodyOf(event: unknown): unknown {
  const fields = Object(event);
  if (fields.Type === 'Notification') return bodyOf(JSON.parse(fields.Message));
  return 'LifecycleTransition' in fields ? fields.EC2InstanceId : fields.detail;
}

/** Every text in the body, and what follows the last slash of it (an ARN's instance). */
function namesIn(body: unknown): readonly string[] {
  if (typeof body === 'string') return [body, body.slice(body.lastIndexOf('/') + 1)];
  return typeof body === 'object' && body !== null ? Object.values(body).flatMap(namesIn) : [];
}

/** Replaces (or takes away) the field at one of the event's paths. */
function applyEdit(event: unknown, [at, value, remove]: readonly [number, unknown, boolean]): unknown {
  const spots = spotsIn(event);
  const spot = spots[at % Math.max(1, spots.length)];
  if (spot === undefined) return event;
  if (remove) Reflect.deleteProperty(spot.holder, spot.key);
  // A copy: later edits reach into it, and the constants above serve every run.
  else Reflect.set(spot.holder, spot.key, structuredClone(value));
  return event;
}

function spotsIn(value: unknown): readonly { readonly holder: object; readonly key: string }[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [{ holder: value, key }, ...spotsIn(inner)]);
}
