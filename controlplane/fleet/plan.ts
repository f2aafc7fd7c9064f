import type { InstanceId } from '../../functions/signals/interruption.ts';

/** A fleet as data: the same one fills a simulated cluster and a real control plane. */
export interface FleetPlan {
  readonly nodes: readonly PlannedNode[];
  /** How many DaemonSets run on every node. */
  readonly daemonSets: number;
  readonly workloads: readonly PlannedWorkload[];
}

/** By name, in the order in which a plan takes them. */
export const DAEMON_SETS = ['aws-node', 'kube-proxy', 'nvidia-device-plugin', 'node-exporter', 'log-agent'];

/** A spot instance of the managed GPU node group and its node. */
export interface PlannedNode {
  /** Gives the node its name; see `nodeName`. */
  readonly number: number;
  readonly instanceId: InstanceId;
  /** The capacity reservation that the instance runs in. */
  readonly reservation?: string;
}

export interface PlannedWorkload {
  /** A `Pod` has no controller; a `MirrorPod` is a static pod's shadow. */
  readonly kind: 'Deployment' | 'StatefulSet' | 'Job' | 'Pod' | 'MirrorPod';
  readonly namespace: string;
  /** Its pods carry the label `app: <name>`. */
  readonly name: string;
  /** One pod an entry, on the node at that place in the plan's `nodes`. */
  readonly on: readonly number[];
  /** @default 0 */
  readonly gpus?: number;
  readonly graceSeconds?: number;
  readonly stopsAfterSeconds?: number;
  /** How long a replacement takes to become ready; a real control plane's simulated kubelets take no time. */
  readonly readyAfterSeconds?: number;
  readonly emptyDir?: boolean;
  readonly priorityClassName?: string;
  readonly budget?: Limit;
  /** Of a Job that opted in to the checkpoint protocol. */
  readonly saves?: { readonly inSeconds: number; readonly answers: 'all' | 'nothing' };
}

/** What a disruption budget allows. */
export type Limit = { readonly maxUnavailable: number | string } | { readonly minAvailable: number | string };

/** Pods stop and jobs save this many times as fast; what they may take stays as it is. */
export function hurry(plan: FleetPlan, times: number): FleetPlan {
  const workloads = plan.workloads.map(({ saves, stopsAfterSeconds, ...workload }) => ({
    ...workload,
    ...(stopsAfterSeconds !== undefined && { stopsAfterSeconds: stopsAfterSeconds / times }),
    ...(saves && { saves: { ...saves, inSeconds: saves.inSeconds / times } }),
  }));
  return { ...plan, workloads };
}
