import type { ApiRequest } from './api-request.ts';
import { budgetStatus, budgetsCovering, isObserved } from './budgets.ts';
import { type DeleteOptions, readEviction } from './delete-options.ts';
import { checkPreconditions, deleteGracefully } from './deletion.ts';
import { type BudgetObject, formatTime, isReady, type PodObject, withCondition } from './objects.ts';
import { type Answer, badRequest, failure, namespaceTerminating, notFound, success } from './status.ts';
import type { World } from './world.ts';

/**
 * POST pods/eviction, in the order of kube-apiserver's eviction.go: the budget is asked before the UID
 * precondition, so a spent budget answers 429 even for a pod that was replaced.
 */
export function answerEviction(world: World, request: ApiRequest): Answer {
  const name = request.name ?? '';
  const options = readEviction(request);
  if (options === undefined) return badRequest('the object provided is not a policy/v1 Eviction');
  if (options.name !== name) {
    return badRequest('name in URL does not match name in Eviction object');
  }
  const { namespace = '' } = request;
  if (world.terminatingNamespaces.has(namespace)) return namespaceTerminating('pods', name, namespace);
  const pod = world.pods.get(`${namespace}/${name}`);
  if (pod === undefined) return notFound('pods', name);
  const refusal =
    (skipsBudgets(pod) ? undefined : askBudgets(world, pod)) ?? checkPreconditions(pod, options);
  if (refusal !== undefined) return refusal;
  evict(world, pod, options);
  return success(201);
}

/** Pods whose eviction disrupts nothing more: not running yet, finished, or already on their way. */
function skipsBudgets({ metadata, status }: PodObject): boolean {
  return (
    metadata.deletionTimestamp !== undefined || ['Pending', 'Succeeded', 'Failed'].includes(status.phase)
  );
}

function askBudgets(world: World, pod: PodObject): Answer | undefined {
  const [budget, ...others] = budgetsCovering(world, pod);
  if (budget === undefined) return undefined;
  if (others.length > 0) {
    return failure(
      500,
      '',
      'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    );
  }
  if (!isObserved(budget)) {
    return refuse(
      `The disruption budget ${budget.metadata.name} is still being processed by the server.`,
      10,
    );
  }
  const { currentHealthy, desiredHealthy, disruptionsAllowed } = budgetStatus(world, budget);
  if (!isReady(pod) && maySkipUnhealthy(budget, currentHealthy, desiredHealthy)) return undefined;
  if (disruptionsAllowed > 0) return undefined;
  return refuse(
    `The disruption budget ${budget.metadata.name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`,
  );
}

/** No Retry-After header, and no retryAfterSeconds where the server cannot tell when a budget frees up. */
function refuse(message: string, retryAfterSeconds?: number): Answer {
  const problem = "Cannot evict pod as it would violate the pod's disruption budget.";
  return failure(429, 'TooManyRequests', problem, {
    causes: [{ reason: 'DisruptionBudget', message }],
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  });
}

function maySkipUnhealthy({ spec }: BudgetObject, current: number, desired: number): boolean {
  return spec.unhealthyPodEvictionPolicy === 'AlwaysAllow' || (current >= desired && desired > 0);
}

function evict(world: World, pod: PodObject, options: DeleteOptions): void {
  const fresh = pod.metadata.deletionTimestamp === undefined;
  deleteGracefully(world, fresh ? withDisruptionTarget(world, pod) : pod, options);
  if (options.dryRun) return;
  const { uid, namespace = '', name } = pod.metadata;
  world.evictions.push({ uid, namespace, name, node: pod.spec.nodeName ?? '', at: world.clock.now() });
}

function withDisruptionTarget(world: World, pod: PodObject): PodObject {
  const conditions = withCondition(pod.status.conditions, {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'EvictionByEvictionAPI',
    message: 'Eviction API: evicting',
    lastTransitionTime: formatTime(world.clock.now()),
  });
  return { ...pod, status: { ...pod.status, conditions } };
}
