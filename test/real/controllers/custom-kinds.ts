/** Custom kinds that the audit reads and patches: their names as their own projects define them, and whatever stands in them. */
const KINDS = [
  ['karpenter.sh', 'v1', 'NodePool', 'nodepools', 'Cluster'],
  ['jobset.x-k8s.io', 'v1alpha2', 'JobSet', 'jobsets', 'Namespaced'],
  ['kubeflow.org', 'v1', 'PyTorchJob', 'pytorchjobs', 'Namespaced'],
  ['kubeflow.org', 'v2beta1', 'MPIJob', 'mpijobs', 'Namespaced'],
  ['batch.volcano.sh', 'v1alpha1', 'Job', 'jobs', 'Namespaced'],
  ['ray.io', 'v1', 'RayJob', 'rayjobs', 'Namespaced'],
  ['ray.io', 'v1', 'RayCluster', 'rayclusters', 'Namespaced'],
  ['leaderworkerset.x-k8s.io', 'v1', 'LeaderWorkerSet', 'leaderworkersets', 'Namespaced'],
  ['argoproj.io', 'v1alpha1', 'Rollout', 'rollouts', 'Namespaced'],
] as const;

export const CUSTOM_KINDS = KINDS.map(
  ([group, version, kind, plural, scope]) => `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: ${plural}.${group} }
spec:
  group: ${group}
  scope: ${scope}
  names: { kind: ${kind}, plural: ${plural}, singular: ${kind.toLowerCase()} }
  versions:
    - name: ${version}
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec: { type: object, x-kubernetes-preserve-unknown-fields: true }
            status: { type: object, x-kubernetes-preserve-unknown-fields: true }
`,
).join('---');
