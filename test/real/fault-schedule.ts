import * as fc from 'fast-check';
import type { Fault, FaultProxy } from '../../controlplane/fault-proxy.ts';

/** What goes wrong for some of the requests of one kind. */
interface Trouble {
  readonly action: string;
  readonly fault: Fault;
  /** The first so many pass. */
  readonly after: number;
  readonly times: number;
}

/** One interruption and all that goes wrong meanwhile. */
export interface FaultSchedule {
  readonly dryRun: boolean;
  readonly blockedPod: boolean;
  readonly secondsLeft: number;
  readonly troubles: readonly Trouble[];
}

const anyFault: fc.Arbitrary<Fault> = fc.oneof(
  fc.record({ type: fc.constant('slow' as const), ms: fc.integer({ min: 10, max: 2_000 }) }),
  fc.record({ type: fc.constant('reset' as const), applied: fc.boolean() }),
  fc.record({ type: fc.constant('silent' as const), applied: fc.boolean() }),
  fc.record({
    type: fc.constant('too-many-requests' as const),
    retryAfterSeconds: fc.integer({ min: 1, max: 4 }),
  }),
  fc.record({
    type: fc.constant('server-error' as const),
    code: fc.constantFrom(500 as const, 502 as const, 503 as const),
  }),
  fc.constant({ type: 'truncated' as const }),
);

const anyCut: fc.Arbitrary<Fault> = fc.record({
  type: fc.constantFrom('half-open' as const, 'ended' as const),
  afterMs: fc.integer({ min: 0, max: 3_000 }),
});

const ACTIONS = [
  'patch nodes',
  'get nodes',
  'list nodes',
  'list pods',
  'list poddisruptionbudgets',
  'create pods/eviction',
  'create pods/eviction',
  'delete pods',
  'patch pods/status',
];

const howOften = { after: fc.integer({ min: 0, max: 3 }), times: fc.integer({ min: 1, max: 6 }) };

const anyTrouble: fc.Arbitrary<Trouble> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ action: fc.constantFrom(...ACTIONS), fault: anyFault, ...howOften }) },
  {
    weight: 1,
    arbitrary: fc.record({
      action: fc.constant('watch pods'),
      fault: fc.oneof(anyFault, anyCut),
      ...howOften,
    }),
  },
);

export const anySchedule: fc.Arbitrary<FaultSchedule> = fc.record({
  dryRun: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  blockedPod: fc.boolean(),
  secondsLeft: fc.integer({ min: 12, max: 28 }),
  troubles: fc.array(anyTrouble, { minLength: 1, maxLength: 6 }),
});

export function injectAll(proxy: FaultProxy, troubles: readonly Trouble[]): void {
  for (const { action, after, fault, times } of troubles) {
    let seen = 0;
    const match = (request: { readonly action: string }) => {
      if (request.action !== action) return false;
      seen += 1;
      return seen > after;
    };
    proxy.inject({ match, fault, times });
  }
}
