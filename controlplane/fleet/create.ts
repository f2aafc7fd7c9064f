import { type KubeConfig, type KubernetesObject, KubernetesObjectApi } from '@kubernetes/client-node';

/** Each request of the administrator's client is a TLS connection of its own. */
const AT_ONCE = 25;

/** Creates the objects as an administrator, many at a time; the order is not kept. */
export async function createAll(admin: KubeConfig, objects: readonly KubernetesObject[]): Promise<void> {
  const client = KubernetesObjectApi.makeApiClient(admin);
  await inParallel(objects, (object) => client.create(object));
}

/** The first failure ends it, and is thrown when all that was under way has ended. */
export async function inParallel<T>(
  items: readonly T[],
  work: (item: T) => Promise<unknown>,
  atOnce = AT_ONCE,
): Promise<void> {
  const rest = [...items].reverse();
  const worker = async () => {
    try {
      for (let item = rest.pop(); item !== undefined; item = rest.pop()) await work(item);
    } finally {
      rest.splice(0);
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: Math.min(atOnce, items.length) }, worker));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}
