import fc from 'fast-check';
import { POD_RESULTS } from '../../functions/announce/fields.ts';
import { revisionOf } from '../../functions/announce/revision.ts';
import type { DetailType } from '../../functions/announce/schema.ts';
import { type Announced, readDetail } from '../../functions/notify/announced.ts';

/** Text that tries Slack's mark-up, length and encoding. */
const nasty = fc.oneof(
  fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' }),
  fc.constantFrom('<!channel>', '<@U123|x>', '&amp;', '*bold*', '`code`', '_i_ > x', 'a\nb', '@here', '🧨'),
  fc.string({ minLength: 200, maxLength: 2_000 }),
);
const reason = nasty.filter((text) => text !== '');
/** As long as Kubernetes lets a name be. */
const name = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
const longName = fc.oneof(
  name,
  fc.tuple(name, name, name).map((parts) => parts.join('.')),
);

const START = Date.parse('2026-11-20T10:00:05Z');
const time = fc.integer({ min: 0, max: 180_000 }).map((ms) => new Date(START + ms));

const pod = fc.record(
  {
    namespace: name,
    name: longName,
    result: fc.constantFrom(...POD_RESULTS),
    workload: longName.map((each) => `Deployment/${each}`),
    reason,
    budgets: fc.array(longName, { maxLength: 5 }),
    warning: reason,
    hazards: fc.subarray(['no-controller', 'empty-dir', 'asked-to-stay']),
    acceptedAt: time,
    goneAt: time,
  },
  { requiredKeys: ['namespace', 'name', 'result'] },
);

const blocker = fc.record({
  namespace: name,
  name: longName,
  budgets: fc.array(longName, { maxLength: 3 }),
  reason,
});

const ending = fc.record(
  {
    outcome: fc.record(
      {
        type: fc.constantFrom(
          'emptied',
          'still-terminating',
          'blocked',
          'cordoned',
          'told',
          'uncordoned',
          'node-gone',
          'ambiguous',
          'too-late',
          'failed',
        ),
        reason,
      },
      { requiredKeys: ['type'] },
    ),
    pods: fc.array(pod, { maxLength: 120 }),
    podsOmitted: fc.nat(500),
    emptiedAt: time,
    finishedAt: time,
  },
  { requiredKeys: ['outcome', 'pods', 'finishedAt'] },
);

const going = fc.record({
  stage: fc.constantFrom('cordoned', 'saving', 'draining'),
  pods: fc
    .nat(300)
    .chain((total) => fc.record({ total: fc.constant(total), stopping: fc.nat(total), gone: fc.nat(total) })),
  workloads: fc.array(fc.record({ namespace: name, name: longName, pods: fc.nat(50) }), { maxLength: 50 }),
  blockers: fc.array(blocker, { maxLength: 50 }),
});

const checkpoint = fc.record(
  {
    gang: fc.record({ namespace: name, name: longName, pods: fc.nat(64) }),
    request: fc.constant('request'),
    state: fc.constantFrom('requested', 'saving', 'saved', 'failed', 'not-acknowledged', 'out-of-time'),
    requestedAt: time,
    savedAt: time,
    step: fc.nat(),
    uri: reason,
    reason,
  },
  { requiredKeys: ['gang', 'request', 'state', 'requestedAt'] },
);

const decision = fc.record({
  pool: longName,
  episode: fc.constant('episode'),
  decidedAt: time,
  action: fc.constantFrom('scale-out', 'refuse', 'release', 'terminate', 'restore', 'keep'),
  reason,
  shortGpus: fc.nat(64),
  fallbackNodes: fc.nat(64),
  launches: fc.array(fc.record({ group: longName, desired: fc.nat(9) }), { maxLength: 5 }),
  refusals: fc.array(fc.record({ reason, group: longName, until: time, remedy: reason }), { maxLength: 5 }),
  nodes: fc.array(longName, { maxLength: 9 }),
});

/** The events of one incident: a receipt, and any of the others, each with a revision of its own. */
export function incidentEvents(number: number): fc.Arbitrary<readonly Announced[]> {
  const instanceId = `i-0${number.toString(16).padStart(16, 'a')}`;
  const incident = `${instanceId}/spot-interruption/${Math.floor(START / 1000)}`;
  const place = { schemaVersion: 1, account: '111122223333', region: 'us-east-2', cluster: 'ml-prod' };
  const facts = fc.record(
    {
      node: longName,
      instanceType: fc.constant('g5.12xlarge'),
      gpus: fc.nat(16),
      zone: fc.constant('us-east-2a'),
      owner: fc.record({ type: fc.constant('managed-node-group'), name: longName }),
      deadline: fc.constant(new Date(START + 120_000)),
    },
    { requiredKeys: [] },
  );
  const of = <T extends object>(type: DetailType, part: fc.Arbitrary<T>) =>
    fc.tuple(facts, part).map(([known, own]) => ({ type, detail: { ...known, ...own } }));
  const response = { cordon: true, drain: true, undo: false };
  return fc
    .tuple(
      of(
        'Interruption Received',
        reason.map((why) => ({ response: { ...response, reason: why } })),
      ),
      fc.array(of('Interruption Progress', going), { maxLength: 3 }),
      fc.array(of('Checkpoint Progress', checkpoint), { maxLength: 3 }),
      fc.array(
        of(
          'Fallback Decided',
          decision.map((each) => ({ ...each, incidents: [incident] })),
        ),
        { maxLength: 2 },
      ),
      fc.array(of('Interruption Handled', ending), { maxLength: 1 }),
      fc.array(of('Interruption Handled', ending), { maxLength: 1 }),
    )
    .map(([receipt, progress, checkpoints, decisions, ends, withoutLease]) =>
      [
        ...[receipt, ...progress, ...checkpoints, ...decisions, ...ends].map((each) => ({
          ...each,
          fence: 1,
        })),
        ...withoutLease.map((each) => ({ ...each, fence: 0 })),
      ].map(({ type, detail, fence }, at) =>
        readDetail(type, {
          ...place,
          ...detail,
          ...(type !== 'Fallback Decided' && {
            incident,
            instanceId,
            kind: 'spot-interruption',
            action: 'terminate',
            severity: 'hard',
            noticedAt: new Date(START),
          }),
          revision: revisionOf({ fence }, at),
        }),
      ),
    );
}
