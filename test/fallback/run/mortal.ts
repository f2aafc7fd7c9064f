import type { FallbackDeps } from '../../../functions/fallback/run/deps.ts';

/**
 * The same dependencies, of a process that dies at its `at`-th call to AWS, the table or the bus: before the call or after it, so that
 * the effect is there and the answer is not. Whatever it tries afterwards does nothing.
 */
export function mortal(deps: FallbackDeps, at: number, when: 'before' | 'after'): FallbackDeps {
  let calls = 0;
  const guard = <T extends object>(part: T): T =>
    new Proxy(part, {
      get: (target, name, receiver) => {
        const member: unknown = Reflect.get(target, name, receiver);
        if (typeof member !== 'function') return member;
        return async (...args: unknown[]) => {
          calls += 1;
          if (calls > at || (calls === at && when === 'before')) throw new Error('the process died');
          const answer: unknown = await Reflect.apply(member, target, args);
          if (calls === at) {
            calls += 1;
            throw new Error('the process died');
          }
          return answer;
        };
      },
    });
  return {
    ...deps,
    groups: guard(deps.groups),
    ledger: guard(deps.ledger),
    announcer: guard(deps.announcer),
    connect: async (cluster) => {
      calls += 1;
      if (calls >= at) throw new Error('the process died');
      return deps.connect(cluster);
    },
  };
}
