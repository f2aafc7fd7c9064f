/**
 * As much of the JobSet API (v1alpha2) as the examples use, with the types and values its own definition gives
 * them; an unknown field is refused.
 */
export const JOB_SET_CRD = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: jobsets.jobset.x-k8s.io }
spec:
  group: jobset.x-k8s.io
  scope: Namespaced
  names: { kind: JobSet, plural: jobsets, singular: jobset }
  versions:
    - name: v1alpha2
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              properties:
                failurePolicy:
                  type: object
                  properties:
                    maxRestarts: { type: integer }
                    restartStrategy: { type: string, enum: [Recreate, BlockingRecreate, InPlaceRestart] }
                    rules:
                      type: array
                      items:
                        type: object
                        required: [name, action]
                        properties:
                          name: { type: string, pattern: '^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$' }
                          action:
                            type: string
                            enum: [FailJobSet, RestartJobSet, RestartJobSetAndIgnoreMaxRestarts]
                          onJobFailureReasons: { type: array, items: { type: string } }
                          targetReplicatedJobs: { type: array, items: { type: string } }
                network:
                  type: object
                  properties:
                    enableDNSHostnames: { type: boolean }
                    publishNotReadyAddresses: { type: boolean }
                    subdomain: { type: string }
                replicatedJobs:
                  type: array
                  items:
                    type: object
                    required: [name, template]
                    properties:
                      name: { type: string }
                      replicas: { type: integer }
                      template: { type: object, x-kubernetes-preserve-unknown-fields: true }
`;
