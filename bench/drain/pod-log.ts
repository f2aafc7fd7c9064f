import { CoreV1Api, type KubeConfig, type V1Pod, Watch } from '@kubernetes/client-node';

/** One pod of the crowd, as an onlooker saw it. */
export interface SeenPod {
  readonly name: string;
  readonly uid: string;
  node: string;
  /** Bound, deleted: when the onlooker heard of it. */
  readonly seenAt: Date;
  goneAt?: Date;
}

export interface PodLog {
  /** By uid. */
  readonly pods: ReadonlyMap<string, SeenPod>;
  stop(): void;
}

/** Watches the pods of a namespace from outside: where each was, and when it was gone. */
export async function watchPods(admin: KubeConfig, namespace: string): Promise<PodLog> {
  const pods = new Map<string, SeenPod>();
  const note = (type: string, pod: V1Pod) => {
    const uid = pod.metadata?.uid ?? '';
    const seen = pods.get(uid) ?? { name: pod.metadata?.name ?? '', uid, node: '', seenAt: new Date() };
    if (pod.spec?.nodeName) seen.node = pod.spec.nodeName;
    if (type === 'DELETED') seen.goneAt ??= new Date();
    pods.set(uid, seen);
  };
  const list = await admin.makeApiClient(CoreV1Api).listNamespacedPod({ namespace });
  for (const pod of list.items) note('ADDED', pod);
  const ended = Promise.withResolvers<void>();
  const stream = await new Watch(admin).watch(
    `/api/v1/namespaces/${namespace}/pods`,
    { resourceVersion: list.metadata?.resourceVersion },
    note,
    () => ended.resolve(),
  );
  return { pods, stop: () => stream.abort() };
}
