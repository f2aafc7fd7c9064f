/** The claim `checkpoints` of the example manifests, and its volume, as a storage driver would have bound them. */
export function boundClaim(namespace: string): string {
  return `
apiVersion: v1
kind: PersistentVolume
metadata: { name: checkpoints }
spec:
  capacity: { storage: 1Gi }
  accessModes: [ReadWriteMany]
  hostPath: { path: /tmp }
  claimRef: { namespace: ${namespace}, name: checkpoints }
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: checkpoints
  namespace: ${namespace}
  annotations: { pv.kubernetes.io/bind-completed: 'yes' }
spec:
  accessModes: [ReadWriteMany]
  storageClassName: ''
  volumeName: checkpoints
  resources: { requests: { storage: 1Gi } }
`;
}
