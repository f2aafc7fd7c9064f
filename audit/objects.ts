import * as z from 'zod/mini';

/** As much of Kubernetes' objects as the audit reads. Nulls are taken out before, as YAML has them for empty keys. */

const strings = z.record(z.string(), z.string());
const intOrPercent = z.union([z.int(), z.string()]);

const requirement = z.object({
  key: z.string(),
  operator: z.string(),
  values: z.optional(z.array(z.string())),
});

const selector = z.object({
  matchLabels: z.optional(strings),
  matchExpressions: z.optional(z.array(requirement)),
});

const hook = z.object({
  exec: z.optional(z.object({ command: z.optional(z.array(z.string())) })),
  sleep: z.optional(z.object({ seconds: z.int() })),
  httpGet: z.optional(z.looseObject({})),
});

const quantity = z.union([z.string(), z.number()]);

const container = z.object({
  name: z.string(),
  command: z.optional(z.array(z.string())),
  args: z.optional(z.array(z.string())),
  env: z.optional(z.array(z.object({ name: z.string(), value: z.optional(z.string()) }))),
  envFrom: z.optional(z.array(z.unknown())),
  lifecycle: z.optional(z.object({ preStop: z.optional(hook) })),
  resources: z.optional(
    z.object({
      limits: z.optional(z.record(z.string(), quantity)),
      requests: z.optional(z.record(z.string(), quantity)),
    }),
  ),
  volumeMounts: z.optional(
    z.array(
      z.object({
        name: z.string(),
        mountPath: z.string(),
        readOnly: z.optional(z.boolean()),
        subPath: z.optional(z.string()),
        subPathExpr: z.optional(z.string()),
      }),
    ),
  ),
});

const downwardItems = z.array(z.object({ fieldRef: z.optional(z.object({ fieldPath: z.string() })) }));

const volume = z.object({
  name: z.string(),
  hostPath: z.optional(z.object({ path: z.string() })),
  persistentVolumeClaim: z.optional(z.object({ claimName: z.string() })),
  downwardAPI: z.optional(z.object({ items: z.optional(downwardItems) })),
  projected: z.optional(
    z.object({
      sources: z.optional(
        z.array(z.object({ downwardAPI: z.optional(z.object({ items: z.optional(downwardItems) })) })),
      ),
    }),
  ),
});

const nodeTerm = z.object({ matchExpressions: z.optional(z.array(requirement)) });

const podSpec = z.object({
  containers: z.array(container),
  volumes: z.optional(z.array(volume)),
  nodeSelector: z.optional(strings),
  affinity: z.optional(
    z.object({
      nodeAffinity: z.optional(
        z.object({
          requiredDuringSchedulingIgnoredDuringExecution: z.optional(
            z.object({ nodeSelectorTerms: z.array(nodeTerm) }),
          ),
        }),
      ),
      podAntiAffinity: z.optional(z.looseObject({})),
    }),
  ),
  tolerations: z.optional(
    z.array(
      z.object({
        key: z.optional(z.string()),
        operator: z.optional(z.string()),
        value: z.optional(z.string()),
        effect: z.optional(z.string()),
      }),
    ),
  ),
  topologySpreadConstraints: z.optional(z.array(z.object({ topologyKey: z.string() }))),
  terminationGracePeriodSeconds: z.optional(z.int()),
  restartPolicy: z.optional(z.string()),
  nodeName: z.optional(z.string()),
});

export const podTemplate = z.object({
  metadata: z.optional(z.object({ labels: z.optional(strings), annotations: z.optional(strings) })),
  spec: podSpec,
});

export const anyObject = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({
    name: z.optional(z.string()),
    generateName: z.optional(z.string()),
    namespace: z.optional(z.string()),
    labels: z.optional(strings),
    annotations: z.optional(strings),
    ownerReferences: z.optional(
      z.array(z.object({ kind: z.string(), name: z.string(), controller: z.optional(z.boolean()) })),
    ),
  }),
});

export const budget = z.object({
  spec: z.object({
    selector: z.optional(selector),
    minAvailable: z.optional(intOrPercent),
    maxUnavailable: z.optional(intOrPercent),
  }),
});

export const horizontalAutoscaler = z.object({
  spec: z.object({
    scaleTargetRef: z.object({ kind: z.string(), name: z.string() }),
    minReplicas: z.optional(z.int()),
  }),
});

/** What workloads of every kind have beside their template. */
export const scaled = z.object({
  spec: z.object({
    replicas: z.optional(z.int()),
    parallelism: z.optional(z.int()),
    selector: z.optional(z.unknown()),
    volumeClaimTemplates: z.optional(
      z.array(z.object({ metadata: z.optional(z.object({ name: z.optional(z.string()) })) })),
    ),
  }),
});

export const node = z.object({
  spec: z.object({
    taints: z.optional(
      z.array(z.object({ key: z.string(), value: z.optional(z.string()), effect: z.string() })),
    ),
  }),
});

export const nodePool = z.object({
  spec: z.object({
    template: z.object({
      metadata: z.optional(z.object({ labels: z.optional(strings) })),
      spec: z.object({ requirements: z.optional(z.array(z.looseObject(requirement.shape))) }),
    }),
  }),
});

const eksctlGroup = z.object({
  name: z.string(),
  spot: z.optional(z.boolean()),
  instanceType: z.optional(z.string()),
  instanceTypes: z.optional(z.array(z.string())),
  availabilityZones: z.optional(z.array(z.string())),
  labels: z.optional(strings),
  tags: z.optional(strings),
  instancesDistribution: z.optional(
    z.object({
      instanceTypes: z.optional(z.array(z.string())),
      onDemandBaseCapacity: z.optional(z.int()),
      onDemandPercentageAboveBaseCapacity: z.optional(z.int()),
    }),
  ),
});

export const eksctlCluster = z.object({
  availabilityZones: z.optional(z.array(z.string())),
  managedNodeGroups: z.optional(z.array(eksctlGroup)),
  nodeGroups: z.optional(z.array(eksctlGroup)),
});

export const labelSelector = selector;

export type AnyObject = z.infer<typeof anyObject>;
export type PodTemplate = z.infer<typeof podTemplate>;
export type Container = z.infer<typeof container>;
export type Selector = z.infer<typeof selector>;
export type Budget = z.infer<typeof budget>['spec'];
export type Requirement = z.infer<typeof requirement>;
export type EksctlGroup = z.infer<typeof eksctlGroup>;
