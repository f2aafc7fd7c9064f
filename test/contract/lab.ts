import type { ClusterNode, Pod, Taint } from '../../functions/cluster/objects.ts';
import type { ClusterPort, JsonPatchOperation } from '../../functions/cluster/port.ts';

/**
 * A cluster to hold the port against, with the hands of everyone else in it: kubelets, controllers, users. The
 * simulator and the real server each have one, so that one set of cases tells whether they agree.
 */
export interface Lab {
  /** Our own adapter, as the responder. */
  readonly cluster: ClusterPort;
  /** A ready node with a name and an instance of its own. */
  newNode(options?: NodeOptions): Promise<ClusterNode>;
  /** The names of more nodes than a page of a list holds; made once. */
  fillPages(): Promise<readonly string[]>;
  /** A namespace of its own. */
  newNamespace(): Promise<string>;
  /** A pod bound to the node, as the port lists it. */
  newPod(node: ClusterNode, options?: PodOptions): Promise<Pod>;
  newBudget(options: BudgetOptions): Promise<void>;
  /** As an eviction leaves it that ends between charging the budget and deleting the pod. */
  chargeBudget(budgetName: string, pod: Pod): Promise<void>;
  /** What the API holds of a pod; `undefined` when it is gone. */
  readPod(pod: Pod): Promise<StoredPod | undefined>;
  /** As a controller does it: reads the node, changes its taints, writes it back, again after a conflict. */
  changeTaints(node: ClusterNode, change: (taints: readonly Taint[]) => readonly Taint[]): Promise<void>;
  /** As `kubectl cordon` and `kubectl uncordon` do it. */
  setUnschedulable(node: ClusterNode, unschedulable: boolean): Promise<void>;
  /** As a user does it. */
  labelPod(pod: Pod, labels: Readonly<Record<string, string>>): Promise<void>;
  /** As the kubelet does it, after a readiness probe. */
  setReady(pod: Pod, ready: boolean): Promise<void>;
  /** As the kubelet does it when all containers have stopped: the pod is removed. */
  confirmStopped(pod: Pod): Promise<void>;
  /** The disruption controller takes note of all budgets and pods as they are now. */
  settleBudgets(): Promise<void>;
  /** A JSON patch of `pods/status` as the responder itself could send it, past the adapter. */
  patchPodStatus(pod: Pod, patch: readonly JsonPatchOperation[]): Promise<void>;
  /** Kubernetes Events that the API holds about an object. */
  readEvents(uid: string): Promise<readonly StoredEvent[]>;
  /** A user deletes the namespace; its controller has not come to the pods yet. */
  terminateNamespace(namespace: string): Promise<void>;
  /** The server forgets all history: lists and watches from before now are answered 410. */
  forgetHistory(): Promise<void>;
  close(): Promise<void>;
}

export interface StoredEvent {
  readonly namespace: string;
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly component: string;
}

export interface NodeOptions {
  readonly labels?: Readonly<Record<string, string>>;
  readonly taints?: readonly Taint[];
  /** @default false */
  readonly unschedulable?: boolean;
}

export interface PodOptions {
  /** @default a name of its own */
  readonly name?: string;
  /** @default 'default' */
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly owner?: { readonly apiVersion: string; readonly kind: string; readonly name: string };
  /** terminationGracePeriodSeconds. @default 30 */
  readonly graceSeconds?: number;
  /** @default 'Running' */
  readonly phase?: 'Pending' | 'Running' | 'Succeeded' | 'Failed';
  /** Of a running pod. @default true */
  readonly ready?: boolean;
  readonly priorityClassName?: string;
  /** @default false */
  readonly emptyDir?: boolean;
  /** @default 0 */
  readonly gpus?: number;
}

export interface BudgetOptions {
  readonly namespace: string;
  readonly name: string;
  readonly selector: Selector;
  readonly minAvailable: number;
  readonly unhealthyPodEvictionPolicy?: 'IfHealthyBudget' | 'AlwaysAllow';
  /** False: the disruption controller has not seen it yet. @default true */
  readonly observed?: boolean;
}

interface Selector {
  readonly matchLabels?: Record<string, string>;
  readonly matchExpressions?: {
    key: string;
    operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
    values?: string[];
  }[];
}

/** What the port does not show of a pod. */
export interface StoredPod {
  readonly uid: string;
  readonly image: string;
  readonly graceSeconds: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly conditions: readonly Condition[];
  readonly deletionTimestamp?: Date;
  readonly deletionGracePeriodSeconds?: number;
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

/** More than `listNodes` asks for in one page. */
const MORE_THAN_A_PAGE = 510;

export function pageFiller(newNode: () => Promise<string>): Lab['fillPages'] {
  let made: Promise<readonly string[]> | undefined;
  return () => {
    made ??= Promise.all(Array.from({ length: MORE_THAN_A_PAGE }, newNode));
    return made;
  };
}

/** Gives every node, pod and namespace of a lab a name of its own. */
export function createNames(): { next(prefix: string): string; nextInstance(): string } {
  let count = 0;
  return {
    next: (prefix) => `${prefix}-${++count}`,
    nextInstance: () => `i-0${(++count).toString(16).padStart(16, '0')}`,
  };
}

/** @throws Error when the pod is not listed: a mistake in the lab. */
export async function findListed(cluster: ClusterPort, nodeName: string, name: string): Promise<Pod> {
  const { pods } = await cluster.listPodsOnNode(nodeName);
  const found = pods.find((pod) => pod.name === name);
  if (!found) throw new Error(`pod ${name} is not listed on node ${nodeName}`);
  return found;
}

/** @throws Error when the node is absent: a mistake in the lab. */
export async function readBack(cluster: ClusterPort, name: string): Promise<ClusterNode> {
  const node = await cluster.getNode(name);
  if (!node) throw new Error(`node ${name} is absent`);
  return node;
}
