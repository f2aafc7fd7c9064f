import type { Metadata, PodObject, PodToleration } from './objects.ts';
import type { World } from './world.ts';
import { newMetadata } from './world.ts';

/** What a seeded pod may ask for; the defaults are those of the API server. */
export interface PodOptions {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Whole GPUs (`nvidia.com/gpu`). @default 0 */
  readonly gpus?: number;
  /** terminationGracePeriodSeconds. @default 30 */
  readonly graceSeconds?: number;
  /** How long the containers take to stop. @default 5 */
  readonly stopsAfterSeconds?: number;
  /** How long a replacement takes to become ready. @default 10 */
  readonly readyAfterSeconds?: number;
  readonly priorityClassName?: string;
  /** Has an emptyDir volume. @default false */
  readonly emptyDir?: boolean;
  readonly tolerations?: readonly PodToleration[];
}

export interface PodIdentity {
  readonly namespace: string;
  readonly name: string;
  readonly owner?:
    | {
        readonly apiVersion: string;
        readonly kind: string;
        readonly name: string;
        readonly uid: string;
      }
    | undefined;
}

const PRIORITIES: Readonly<Record<string, number>> = {
  'system-cluster-critical': 2_000_000_000,
  'system-node-critical': 2_000_001_000,
};

/** A pending pod without a node. */
export function newPod(world: World, identity: PodIdentity, options: PodOptions): PodObject {
  const { priorityClassName, gpus = 0 } = options;
  const quantity = { 'nvidia.com/gpu': String(gpus) };
  return {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: podMetadata(world, identity, options),
    spec: {
      containers: [
        {
          name: 'main',
          image: 'registry.k8s.io/pause:3.10',
          resources: gpus > 0 ? { requests: quantity, limits: quantity } : {},
        },
      ],
      volumes: options.emptyDir ? [{ name: 'scratch', emptyDir: {} }] : [],
      restartPolicy: identity.owner?.kind === 'Job' ? 'Never' : 'Always',
      terminationGracePeriodSeconds: options.graceSeconds ?? 30,
      ...(priorityClassName === undefined ? {} : { priorityClassName }),
      priority: PRIORITIES[priorityClassName ?? ''] ?? 0,
      tolerations: withDefaults(options.tolerations ?? []),
    },
    status: { phase: 'Pending', conditions: [], qosClass: 'BestEffort' },
  };
}

/** As the plugin DefaultTolerationSeconds: a pod outlives its node's silence by five minutes. */
function withDefaults(tolerations: readonly PodToleration[]): PodToleration[] {
  const missing = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'].filter(
    (key) => !tolerations.some((each) => !each.key || each.key === key),
  );
  const added = missing.map((key) => ({
    key,
    operator: 'Exists',
    effect: 'NoExecute',
    tolerationSeconds: 300,
  }));
  return [...tolerations, ...added];
}

function podMetadata(world: World, identity: PodIdentity, options: PodOptions): Metadata {
  const { stopsAfterSeconds, readyAfterSeconds, labels, annotations } = options;
  const metadata = newMetadata(world, {
    ...identity,
    labels,
    annotations: {
      ...annotations,
      ...(stopsAfterSeconds === undefined
        ? {}
        : { 'simulator/stops-after-seconds': String(stopsAfterSeconds) }),
      ...(readyAfterSeconds === undefined
        ? {}
        : { 'simulator/ready-after-seconds': String(readyAfterSeconds) }),
    },
  });
  if (identity.owner === undefined) return metadata;
  return {
    ...metadata,
    ownerReferences: [{ ...identity.owner, controller: true, blockOwnerDeletion: true }],
  };
}
