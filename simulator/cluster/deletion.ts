import type { DeleteOptions } from './delete-options.ts';
import { formatTime, type PodObject, withCondition } from './objects.ts';
import { type Answer, conflict } from './status.ts';
import { keyOf } from './store.ts';
import type { World } from './world.ts';

/** 409 when the pod is not the one the caller meant. */
export function checkPreconditions(pod: PodObject, options: DeleteOptions): Answer | undefined {
  const { name, uid, resourceVersion } = pod.metadata;
  if (options.uid !== undefined && options.uid !== uid) {
    return conflict(
      'Pod',
      name,
      `the UID in the precondition (${options.uid}) does not match the UID in record (${uid}). The object might have been deleted and then recreated`,
    );
  }
  if (options.resourceVersion !== undefined && options.resourceVersion !== resourceVersion) {
    return conflict(
      'Pod',
      name,
      `the ResourceVersion in the precondition (${options.resourceVersion}) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`,
    );
  }
  return undefined;
}

/**
 * Deletes as the API server does: a running pod gets a deletionTimestamp and its grace and stays until the
 * kubelet has stopped it; zero grace, an unbound or a finished pod goes at once. A terminating pod's grace can
 * only get shorter. Returns the pod as it is answered.
 */
export function deleteGracefully(world: World, pod: PodObject, options: DeleteOptions): PodObject {
  const next = terminating(world, pod, options);
  if (options.dryRun || next === pod) return next;
  if (next.metadata.deletionGracePeriodSeconds === 0) {
    world.pods.remove(keyOf(pod.metadata));
    return next;
  }
  return world.pods.put(next);
}

function terminating(world: World, pod: PodObject, options: DeleteOptions): PodObject {
  const { deletionTimestamp, deletionGracePeriodSeconds: before } = pod.metadata;
  if (deletionTimestamp === undefined || before === undefined) {
    const grace = initialGrace(pod, options);
    return withDeletion(pod, new Date(world.clock.now().getTime() + grace * 1000), grace);
  }
  const wanted = options.gracePeriodSeconds;
  if (wanted === undefined || wanted >= before) return pod;
  return withDeletion(pod, new Date(Date.parse(deletionTimestamp) + (wanted - before) * 1000), wanted);
}

function initialGrace(pod: PodObject, { gracePeriodSeconds }: DeleteOptions): number {
  const finished = pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed';
  if (finished || pod.spec.nodeName === undefined) return 0;
  const period = gracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds;
  return period < 0 ? 1 : period;
}

function withDeletion(pod: PodObject, at: Date, grace: number): PodObject {
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      deletionTimestamp: formatTime(at),
      deletionGracePeriodSeconds: grace,
    },
  };
}

/** The kubelet reports a stopping pod as not ready; one step here, so that budgets see it at once. */
export function asNotReady(world: World, pod: PodObject): PodObject {
  const lastTransitionTime = formatTime(world.clock.now());
  const conditions = ['Ready', 'ContainersReady'].reduce(
    (current, type) =>
      withCondition(current, { type, status: 'False', reason: 'ContainersNotReady', lastTransitionTime }),
    pod.status.conditions,
  );
  return { ...pod, status: { ...pod.status, conditions } };
}
