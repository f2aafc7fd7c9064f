import type { ClusterPort } from '../../../functions/cluster/port.ts';
import type { FallbackDeps } from '../../../functions/fallback/run/deps.ts';

/**
 * The same dependencies, of a process that dies at its `at`-th call to AWS, the table, the bus or the API server, the drain's own calls
 * too: before the call or after it, so that the effect is there and the answer is not. Whatever it tries afterwards does nothing.
 */
export function mortal(deps: FallbackDeps, at: number, when: 'before' | 'after'): FallbackDeps {
  let calls = 0;
  const dies = () => {
    calls += 1;
    if (calls > at || (calls === at && when === 'before')) throw new Error('the process died');
  };
  const afterwards = () => {
    if (calls !== at) return;
    calls += 1;
    throw new Error('the process died');
  };
  const around = async (call: () => unknown) => {
    dies();
    const answer: unknown = await call();
    afterwards();
    return answer;
  };
  const guard = <T extends object>(part: T, streams: readonly PropertyKey[] = []): T =>
    new Proxy(part, {
      get: (target, name, receiver) => {
        const member: unknown = Reflect.get(target, name, receiver);
        if (typeof member !== 'function') return member;
        const call = (args: unknown[]): unknown => Reflect.apply(member, target, args);
        if (streams.includes(name)) return (...args: unknown[]) => guardStream(dies, () => call(args));
        return SYNCHRONOUS.has(name) ? member : (...args: unknown[]) => around(() => call(args));
      },
    });
  return {
    ...deps,
    groups: guard(deps.groups),
    ledger: guard(deps.ledger),
    announcer: guard(deps.announcer),
    connect: async (cluster) => guard<ClusterPort>(await deps.connect(cluster), STREAMS),
  };
}

const STREAMS = ['listNodes', 'listPods', 'watchPodsOnNode', 'watchPodsByLabel'];
const SYNCHRONOUS = new Set<PropertyKey>(['requestCounts', 'failures']);

async function* guardStream(dies: () => void, open: () => unknown): AsyncGenerator<unknown> {
  dies();
  yield* open() as AsyncIterable<unknown>;
}
