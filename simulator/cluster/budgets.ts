import type { BudgetObject, PodObject } from './objects.ts';
import { formatTime, isReady } from './objects.ts';
import { matchesLabels } from './selectors.ts';
import type { World } from './world.ts';

export interface BudgetStatus {
  readonly currentHealthy: number;
  readonly desiredHealthy: number;
  readonly expectedPods: number;
  readonly disruptionsAllowed: number;
}

/** What the disruption controller would write: healthy are ready pods that are not on their way out. */
export function budgetStatus(world: World, budget: BudgetObject): BudgetStatus {
  const covered = world.pods.list().filter((pod) => coversPod(budget, pod));
  const expectedPods = countExpected(world, covered);
  const letGo = letGoBy(world, budget);
  const currentHealthy = covered.filter(
    (pod) => isReady(pod) && pod.metadata.deletionTimestamp === undefined && !(pod.metadata.name in letGo),
  ).length;
  const desiredHealthy = countDesired(budget, expectedPods);
  const disruptionsAllowed = expectedPods === 0 ? 0 : Math.max(0, currentHealthy - desiredHealthy);
  return { currentHealthy, desiredHealthy, expectedPods, disruptionsAllowed };
}

/** Of the controller: for so long a pod that was let go counts as on its way out. */
const DELETION_TIMEOUT_MS = 120_000;

/** Charges whose pod has not begun to stop, and that are not taken back yet. */
function letGoBy(
  { clock, pods }: World,
  { metadata, status }: BudgetObject,
): Readonly<Record<string, string>> {
  const isCharged = ([name, at]: readonly [string, string]) => {
    const pod = pods.get(`${metadata.namespace}/${name}`);
    const isStopping = pod?.metadata.deletionTimestamp !== undefined;
    return pod && !isStopping && clock.now().getTime() < Date.parse(at) + DELETION_TIMEOUT_MS;
  };
  return Object.fromEntries(Object.entries(status.disruptedPods ?? {}).filter(isCharged));
}

/** Until its controller has seen a budget, nobody knows what it allows. */
export function isObserved({ metadata, status }: BudgetObject): boolean {
  return status.observedGeneration >= (metadata.generation ?? 0);
}

export function budgetsCovering(world: World, pod: PodObject): readonly BudgetObject[] {
  return world.budgets.list().filter((budget) => coversPod(budget, pod));
}

/** The budget with its status, as it is served. */
export function renderBudget(world: World, budget: BudgetObject): unknown {
  const disruptedPods = letGoBy(world, budget);
  const status = { ...budget.status, ...budgetStatus(world, budget), disruptedPods };
  const sufficient = status.disruptionsAllowed > 0;
  return {
    ...budget,
    status: {
      ...status,
      conditions: [
        {
          type: 'DisruptionAllowed',
          status: sufficient ? 'True' : 'False',
          reason: sufficient ? 'SufficientPods' : 'InsufficientPods',
          message: '',
          observedGeneration: 1,
          lastTransitionTime: formatTime(world.clock.now()),
        },
      ],
    },
  };
}

function coversPod(budget: BudgetObject, pod: PodObject): boolean {
  return (
    budget.metadata.namespace === pod.metadata.namespace &&
    matchesLabels(budget.spec.selector, pod.metadata.labels)
  );
}

/** The scale of each controller behind the pods, plus pods nobody controls. */
function countExpected(world: World, pods: readonly PodObject[]): number {
  const owners = new Set<string>();
  let alone = 0;
  for (const pod of pods) {
    const owner = pod.metadata.ownerReferences?.find((each) => each.controller);
    if (owner !== undefined && world.replicas.has(owner.uid)) owners.add(owner.uid);
    else alone += 1;
  }
  return [...owners].reduce((sum, uid) => sum + (world.replicas.get(uid) ?? 0), alone);
}

function countDesired({ spec }: BudgetObject, expected: number): number {
  if (spec.maxUnavailable !== undefined) {
    return Math.max(0, expected - resolveCount(spec.maxUnavailable, expected));
  }
  return resolveCount(spec.minAvailable ?? 0, expected);
}

/** Percentages round up, for both fields. */
function resolveCount(count: number | string, of: number): number {
  return typeof count === 'number' ? count : Math.ceil((Number.parseFloat(count) / 100) * of);
}
