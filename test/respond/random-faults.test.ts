import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { InterruptionReport } from '../../functions/respond/report.ts';
import type { Fault } from '../../simulator/cluster/faults.ts';
import { randomFaults } from '../support/random-faults.ts';
import { doomed, openScene, type Scene } from './scene.ts';

const { runs, seed } = randomFaults(40, 595_622_535);
/** A failing schedule is made smaller for as long. */
const LIMIT_MS = 150_000;
/** Of the scene's clock: a busy machine may close the story a little after the drain has ended. */
const TOLERANCE_MS = 5_000;

interface Trouble {
  readonly verb: string;
  readonly resource: string;
  readonly fault: Fault;
  /** The first so many pass. */
  readonly after: number;
  readonly times: number;
}

const anyFault: fc.Arbitrary<Fault> = fc.oneof(
  fc.record({ type: fc.constant('slow' as const), ms: fc.integer({ min: 100, max: 15_000 }) }),
  fc.record({ type: fc.constant('reset' as const), applied: fc.boolean() }),
  fc.record({
    type: fc.constant('too-many-requests' as const),
    retryAfterSeconds: fc.integer({ min: 1, max: 8 }),
  }),
  fc.constant({ type: 'server-error' as const }),
  fc.record({ type: fc.constant('drop-watch' as const), afterMs: fc.integer({ min: 0, max: 5_000 }) }),
);

const anyTrouble: fc.Arbitrary<Trouble> = fc
  .record({
    request: fc.constantFrom(
      ['patch', 'nodes'],
      ['get', 'nodes'],
      ['list', 'pods'],
      ['list', 'poddisruptionbudgets'],
      ['watch', 'pods'],
      ['create', 'pods/eviction'],
      ['create', 'pods/eviction'],
      ['delete', 'pods'],
      ['patch', 'pods/status'],
    ),
    fault: anyFault,
    after: fc.integer({ min: 0, max: 3 }),
    times: fc.integer({ min: 1, max: 8 }),
  })
  .map(({ request: [verb = '', resource = ''], ...how }) => ({ verb, resource, ...how }));

const anySchedule = fc.record({
  dryRun: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  blocked: fc.boolean(),
  secondsLeft: fc.integer({ min: 10, max: 60 }),
  troubles: fc.array(anyTrouble, { minLength: 1, maxLength: 8 }),
});

type Schedule = typeof anySchedule extends fc.Arbitrary<infer Value> ? Value : never;

test(
  `random faults, FAULT_SEED=${seed}: no pod evicted twice, none elsewhere, none in a dry run, an outcome in time`,
  async () => {
    const property = fc.asyncProperty(anySchedule, async (schedule) => {
      await using scene = await openScene();
      expect(await whatGoesWrong(scene, schedule)).toEqual([]);
    });
    await fc.assert(property, { seed, numRuns: runs, interruptAfterTimeLimit: LIMIT_MS });
  },
  LIMIT_MS + 60_000,
);

async function whatGoesWrong(
  scene: Scene,
  { blocked, dryRun, secondsLeft, troubles }: Schedule,
): Promise<string[]> {
  const { cluster } = scene.world;
  if (blocked)
    cluster.addBudget({
      namespace: 'inference',
      name: 'llm',
      selector: { matchLabels: { app: 'llm' } },
      maxUnavailable: 0,
    });
  const leaving = cluster
    .pods()
    .filter(({ metadata, spec }) => metadata.namespace === 'inference' && spec.nodeName === scene.node);
  const before = JSON.stringify(cluster.nodes());
  for (const trouble of troubles) inject(scene, trouble);
  const [report] = await scene.send('spot-interruption-terminate', {}, 120 - secondsLeft, doomed, { dryRun });
  const uids = cluster.evictions.map(({ uid }) => uid);
  const own = new Set(leaving.map(({ metadata }) => metadata.uid));
  return [
    ...uids.filter((uid, at) => uids.indexOf(uid) !== at).map((uid) => `${uid} was evicted twice`),
    ...uids.filter((uid) => !own.has(uid)).map((uid) => `${uid} was evicted, which is not to leave the node`),
    ...(dryRun && uids.length > 0 ? ['a dry run evicted'] : []),
    ...(dryRun && JSON.stringify(cluster.nodes()) !== before ? ['a dry run changed a node'] : []),
    ...endingOf(report),
  ];
}

function inject({ world }: Scene, { after, fault, resource, times, verb }: Trouble): void {
  let seen = 0;
  world.cluster.inject({
    match: (request) => {
      if (request.verb !== verb || request.resource !== resource) return false;
      seen += 1;
      return seen > after;
    },
    fault,
    times,
  });
}

function endingOf(report: InterruptionReport | undefined): string[] {
  if (!report) return ['no report'];
  const { drain, finishedAt, interruption, outcome } = report;
  const deadline = interruption.deadline?.getTime() ?? 0;
  return [
    ...(drain || (outcome.type === 'failed' && outcome.reason !== '') ? [] : [`it ended as ${outcome.type}`]),
    ...(finishedAt.getTime() > deadline + TOLERANCE_MS ? ['the outcome came after the deadline'] : []),
  ];
}
