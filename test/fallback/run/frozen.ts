import type { FallbackDeps } from '../../../functions/fallback/run/deps.ts';

/**
 * The same dependencies, of a process that freezes just after it has taken a pool's lease, and wakes when `meanwhile` is over.
 * `writes` names what it did to the world after that.
 */
export function frozen(
  deps: FallbackDeps,
  meanwhile: () => Promise<void>,
): { readonly deps: FallbackDeps; readonly writes: readonly string[] } {
  const writes: string[] = [];
  let isAwake = false;
  const watched = <T extends object>(part: T, names: readonly PropertyKey[]): T =>
    new Proxy(part, {
      get: (target, name, receiver) => {
        const member: unknown = Reflect.get(target, name, receiver);
        if (typeof member !== 'function' || !names.includes(name)) return member;
        return (...args: unknown[]) => {
          if (isAwake) writes.push(String(name));
          return Reflect.apply(member, target, args);
        };
      },
    });
  const { ledger } = deps;
  return {
    writes,
    deps: {
      ...deps,
      groups: watched(deps.groups, ['setDesired', 'launch', 'terminate']),
      announcer: watched(deps.announcer, ['announce']),
      connect: async (cluster) =>
        watched(await deps.connect(cluster), ['patchNode', 'evict', 'deletePod', 'setScale']),
      ledger: {
        read: (keys) => ledger.read(keys),
        history: (key, most) => ledger.history(key, most),
        settle: (lease, settlement) => ledger.settle(lease, settlement),
        record: (...line) => {
          writes.push('record');
          return ledger.record(...line);
        },
        take: async (...claim) => {
          const lease = await ledger.take(...claim);
          if (!lease) return lease;
          await meanwhile();
          isAwake = true;
          return lease;
        },
      },
    },
  };
}
