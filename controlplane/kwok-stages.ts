/** On a pod: how many seconds its containers take to stop; never longer than its grace, as with a kubelet. */
export const STOPS_AFTER = 'simulated-kubelet/stops-after-seconds';

/**
 * What kwok's simulated kubelets do. Its own stages remove a deleted pod at once or after a random time; here a pod
 * takes the time it asks for, and a Job's pod ends as failed first, as it does when a kubelet kills it.
 */
export const KWOK_STAGES = `
apiVersion: kwok.x-k8s.io/v1alpha1
kind: Stage
metadata: { name: node-ready }
spec:
  resourceRef: { apiGroup: v1, kind: Node }
  selector:
    matchExpressions:
      - { key: '.status.conditions.[] | select( .type == "Ready" ) | .status', operator: NotIn, values: ['True'] }
  next:
    statusTemplate: |
      {{ $now := Now }}
      conditions:
      {{ range NodeConditions }}
      - lastHeartbeatTime: {{ $now | Quote }}
        lastTransitionTime: {{ $now | Quote }}
        message: {{ .message | Quote }}
        reason: {{ .reason | Quote }}
        status: {{ .status | Quote }}
        type: {{ .type | Quote }}
      {{ end }}
      phase: Running
---
apiVersion: kwok.x-k8s.io/v1alpha1
kind: Stage
metadata: { name: pod-running }
spec:
  resourceRef: { apiGroup: v1, kind: Pod }
  selector:
    matchExpressions:
      - { key: '.metadata.deletionTimestamp', operator: DoesNotExist }
      - { key: '.status.phase', operator: In, values: [Pending] }
  next:
    statusTemplate: |
      {{ $now := Now }}
      conditions:
      - { type: Initialized, status: "True", lastTransitionTime: {{ $now | Quote }} }
      - { type: Ready, status: "True", lastTransitionTime: {{ $now | Quote }} }
      - { type: ContainersReady, status: "True", lastTransitionTime: {{ $now | Quote }} }
      containerStatuses:
      {{ range .spec.containers }}
      - name: {{ .name | Quote }}
        image: {{ .image | Quote }}
        ready: true
        restartCount: 0
        state: { running: { startedAt: {{ $now | Quote }} } }
      {{ end }}
      phase: Running
      startTime: {{ $now | Quote }}
---
${stopping('pod-removed', 'NotIn', 'delete: true')}
---
${stopping('job-pod-killed', 'In', failedStatus())}
---
apiVersion: kwok.x-k8s.io/v1alpha1
kind: Stage
metadata: { name: job-pod-removed }
spec:
  resourceRef: { apiGroup: v1, kind: Pod }
  selector:
    matchExpressions:
      - { key: '.metadata.deletionTimestamp', operator: Exists }
      - { key: '.metadata.finalizers', operator: DoesNotExist }
      - { key: '.status.phase', operator: In, values: [Failed, Succeeded] }
  next:
    delete: true
`;

/** At the end of the time that a pod takes to stop. */
function stopping(name: string, ownerIsJob: 'In' | 'NotIn', next: string): string {
  const asked = `((.metadata.annotations["${STOPS_AFTER}"] // "0") | tonumber)`;
  return `apiVersion: kwok.x-k8s.io/v1alpha1
kind: Stage
metadata: { name: ${name} }
spec:
  resourceRef: { apiGroup: v1, kind: Pod }
  selector:
    matchExpressions:
      - { key: '.metadata.deletionTimestamp', operator: Exists }
      - { key: '.metadata.ownerReferences.[].kind', operator: ${ownerIsJob}, values: [Job] }
      - { key: '.status.phase', operator: NotIn, values: [Failed, Succeeded] }
  delay:
    durationMilliseconds: 0
    durationFrom:
      expressionFrom: '([${asked}, .metadata.deletionGracePeriodSeconds] | min | tostring) + "s"'
  next:
    ${next}`;
}

/** 143: ended by SIGTERM. */
function failedStatus(): string {
  return `statusTemplate: |
      {{ $now := Now }}
      containerStatuses:
      {{ range .spec.containers }}
      - name: {{ .name | Quote }}
        image: {{ .image | Quote }}
        ready: false
        restartCount: 0
        state: { terminated: { exitCode: 143, reason: Error, finishedAt: {{ $now | Quote }} } }
      {{ end }}
      phase: Failed`;
}
