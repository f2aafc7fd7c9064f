import type { HoldForSave } from '../checkpoint/saves.ts';
import type { Clock } from '../clock.ts';
import type { PodFollower } from '../cluster/follow-pods.ts';
import type { ClusterNode, Pod, PodRef } from '../cluster/objects.ts';
import type { ClusterPort } from '../cluster/port.ts';
import { ClusterError } from '../errors.ts';
import type { Severity } from '../signals/interruption.ts';
import type { BudgetBook } from './budget-book.ts';
import type { Timeline } from './deadline.ts';
import type { DrainPlan } from './outcome.ts';
import type { PodRecord } from './pod-record.ts';
import type { DrainProgress } from './progress.ts';
import type { Leave } from './slots.ts';
import type { Traffic } from './traffic.ts';

export interface DrainDeps {
  readonly cluster: ClusterPort;
  readonly clock: Clock;
  /** In [0, 1), for jitter. */
  readonly random: () => number;
  /** Of the cluster; shared with the other drains of this process. */
  readonly traffic: Pick<Traffic, 'lists' | 'slots'>;
}

/** Two nodes may have one name, one after the other: EC2 gives a private address to the next instance. */
export type NodeRef = Pick<ClusterNode, 'name' | 'uid'>;

export interface DrainRequest {
  readonly node: NodeRef;
  readonly plan: DrainPlan;
  /** Of the list that the plan was made from: the watch starts there, so nothing in between is missed. */
  readonly resourceVersion: string;
  readonly budgets: BudgetBook;
  /** Holds a pod whose job must save first. */
  readonly holdForSave: HoldForSave;
  readonly severity: Severity;
  /** When the instance goes, if anybody knows. */
  readonly deadline?: Date;
  /** When to stop trying, deadline or not. */
  readonly giveUpAt: Date;
  readonly dryRun: boolean;
  /** Ends the drain as `interrupted`. */
  readonly signal: AbortSignal;
}

/** What the parts of one running drain share. */
export interface DrainRun extends DrainDeps {
  readonly request: DrainRequest;
  readonly times: Timeline;
  /** The deadline or the moment of giving up, whichever is first. */
  readonly endsAt: Date;
  /** Aborts when the drain is over, for whatever reason. */
  readonly signal: AbortSignal;
  readonly records: Map<string, PodRecord>;
  /** The one watch that all of them rely on. */
  readonly node: PodFollower;
  readonly tell: (
    type: DrainProgress['type'],
    pod?: PodRef,
    detail?: string,
    budgets?: readonly string[],
  ) => void;
}

/** Names of the budgets whose selector covers the pod, as far as they are known. */
export function budgetsOf({ request }: DrainRun, pod: Pod): readonly string[] {
  return (request.budgets.known() ?? [])
    .filter((budget) => budget.namespace === pod.namespace && budget.covers(pod))
    .map(({ name }) => name);
}

/**
 * The pod's turn to be evicted, among all drains of this process. A storm that cannot read the budgets must not go
 * through them all at once: until they are known, a namespace counts as one.
 */
export function awaitTurn(run: DrainRun, pod: Pod, signal: AbortSignal): Promise<Leave> {
  const budgets = run.request.budgets.known() ? budgetsOf(run, pod) : [ANY_BUDGET];
  return run.traffic.slots.acquire(
    budgets.map((name) => `${pod.namespace}/${name}`),
    signal,
    run.request,
  );
}

/** No name of an object. */
const ANY_BUDGET = '?';

export function isUnreachable(error: unknown): error is ClusterError {
  return error instanceof ClusterError && error.fault === 'unreachable';
}
