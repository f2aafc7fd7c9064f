import type { KarpenterView } from './karpenter-port.ts';
import type { Budget, ClusterNode, DeploymentRef, ObjectEvent, Pod, PodList, PodRef } from './objects.ts';

/**
 * What the domain needs of a cluster, and nothing more. Implemented by the adapter beside this file over
 * `@kubernetes/client-node`; no room outside `functions/cluster/` sees that library.
 *
 * Expected answers are values. A `ClusterError` is thrown only for what an operator must mend
 * (unreachable, credentials refused, a permission missing).
 */

export type PodEvent =
  | { readonly type: 'changed'; readonly pod: Pod }
  | { readonly type: 'gone'; readonly pod: Pod }
  /** The stream ended or its resourceVersion expired (410): LIST again. */
  | { readonly type: 'lost'; readonly reason: string };

/** Pods of one namespace by their labels, on whatever node. */
export interface PodSelection {
  readonly namespace: string;
  /** As in a query, e.g. `ray.io/cluster=llm`. */
  readonly labels: string;
}

export interface WriteOptions {
  /** Sends the server's own `dryRun=All`: authorised, validated, not stored. */
  readonly dryRun: boolean;
  readonly signal?: AbortSignal;
}

export interface EvictOptions extends WriteOptions {
  /** Absent: the pod's own grace. */
  readonly gracePeriodSeconds?: number;
}

/** One attempt's answer, told apart as far as the server lets us. */
export type EvictionAnswer =
  | { readonly type: 'accepted' }
  /** 404, or 409 because the UID precondition failed: that pod no longer exists. */
  | { readonly type: 'gone' }
  /** 429 with cause DisruptionBudget. `budgets` are the names the server gave, if any. */
  | { readonly type: 'blocked-by-budget'; readonly message: string; readonly budgets: readonly string[] }
  /** 429 for another reason, 409 on the budget's status, 5xx, reset, timeout: same request again later. */
  | {
      readonly type: 'retry';
      readonly reason: string;
      readonly afterSeconds?: number;
      /** The answer, or its absence, leaves open whether the pod is stopping. */
      readonly mayHaveActed: boolean;
    }
  /** 500 for several budgets on one pod, 403 by an invalid budget: no retry helps. */
  | { readonly type: 'refused'; readonly reason: string };

export type PatchAnswer =
  | { readonly type: 'patched'; readonly node: ClusterNode }
  | { readonly type: 'conflict'; readonly reason: string }
  | { readonly type: 'not-found' };

export interface JsonPatchOperation {
  readonly op: 'add' | 'remove' | 'replace' | 'test';
  readonly path: string;
  readonly value?: unknown;
}

export type EventAnswer =
  /** Also when it was there already. */
  | { readonly type: 'recorded' }
  /** The namespace is going, or a policy does not want it: the next one may fare better. */
  | { readonly type: 'refused'; readonly reason: string }
  /** 429, 5xx or no answer. */
  | { readonly type: 'overloaded'; readonly reason: string };

export interface ClusterPort {
  /** Cluster name, for logs and messages. */
  readonly name: string;
  getNode(name: string, signal?: AbortSignal): Promise<ClusterNode | undefined>;
  /** Pages through all nodes, 500 at a time. */
  listNodes(signal?: AbortSignal): AsyncIterable<ClusterNode>;
  /** `conflict` when a `test` of the patch failed (409/422) or a writer was faster. */
  patchNode(name: string, patch: readonly JsonPatchOperation[], options: WriteOptions): Promise<PatchAnswer>;
  /** Every pod bound to the node, one request (field selector `spec.nodeName`). */
  listPodsOnNode(nodeName: string, signal?: AbortSignal): Promise<PodList>;
  /** Yields until `signal` aborts; always ends with `lost` when the stream breaks by itself. */
  watchPodsOnNode(nodeName: string, resourceVersion: string, signal: AbortSignal): AsyncIterable<PodEvent>;
  /** Pages through the pods of the cluster, 500 at a time: all of them, or those that no node has yet. */
  listPods(which: 'all' | 'unbound', signal?: AbortSignal): AsyncIterable<Pod>;
  /** One request. */
  listPodsByLabel(selection: PodSelection): Promise<PodList>;
  /** As `watchPodsOnNode`; a pod whose labels stop matching is `gone`. */
  watchPodsByLabel(
    selection: PodSelection,
    resourceVersion: string,
    signal: AbortSignal,
  ): AsyncIterable<PodEvent>;
  /** All budgets of the cluster, one request. */
  listBudgets(signal?: AbortSignal): Promise<readonly Budget[]>;
  /** How many pods a Deployment is meant to have; `undefined` where there is none of that name. */
  getScale(deployment: DeploymentRef, signal?: AbortSignal): Promise<number | undefined>;
  /** Absolute, so that twice is once. */
  setScale(deployment: DeploymentRef, replicas: number, options: WriteOptions): Promise<'set' | 'not-found'>;
  /** What Karpenter keeps and asks for; nothing where there is none. Three requests, or one. */
  readKarpenter(signal?: AbortSignal): Promise<KarpenterView>;
  evict(pod: PodRef, options: EvictOptions): Promise<EvictionAnswer>;
  /** DELETE with a UID precondition: past a budget, for a hard deadline only. */
  deletePod(pod: PodRef, options: EvictOptions): Promise<EvictionAnswer>;
  /** Sets the `DisruptionTarget` condition through `pods/status`. */
  markDisrupted(
    pod: PodRef,
    reason: string,
    message: string,
    options: WriteOptions,
  ): Promise<'patched' | 'gone'>;
  /**
   * Sets one annotation through `pods/status`, which keeps annotations and drops changes of the spec. `conflict`
   * when the annotation is no longer what `pod` shows, or the name is another pod's by now.
   */
  annotatePod(
    pod: Pod,
    name: string,
    value: string,
    options: WriteOptions,
  ): Promise<'patched' | 'conflict' | 'gone'>;
  /** One attempt: a lost Event is no reason to load the server again. */
  recordEvent(event: ObjectEvent): Promise<EventAnswer>;
  /** Requests sent so far by verb and resource, e.g. `create pods/eviction` → 10. */
  requestCounts(): Readonly<Record<string, number>>;
}
