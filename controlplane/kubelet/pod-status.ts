import type { V1ContainerState, V1Pod, V1PodStatus } from '@kubernetes/client-node';
import type { Exit } from './container.ts';

/** What a kubelet reports while the container runs. */
export function runningStatus(pod: V1Pod, startedAt: Date, podIP: string, isReady: boolean): V1PodStatus {
  return {
    phase: 'Running',
    startTime: startedAt,
    podIP,
    podIPs: [{ ip: podIP }],
    conditions: [condition('Initialized', 'True'), ...readiness(isReady ? 'True' : 'False')],
    containerStatuses: containerStatuses(pod, isReady, { running: { startedAt } }),
  };
}

/** Its end: `Succeeded` for exit 0 and nothing else, whatever made it stop. */
export function endedStatus(pod: V1Pod, { code, finishedAt, startedAt }: Exit): V1PodStatus {
  const reason = code === 0 ? 'Completed' : 'Error';
  const terminated = { exitCode: code, reason, startedAt, finishedAt };
  return {
    phase: code === 0 ? 'Succeeded' : 'Failed',
    conditions: readiness('False'),
    containerStatuses: containerStatuses(pod, false, { terminated }),
  };
}

/** A pod that cannot run here at all. */
export function refusedStatus(message: string): V1PodStatus {
  return { phase: 'Failed', reason: 'Unsupported', message };
}

function containerStatuses(pod: V1Pod, ready: boolean, state: V1ContainerState) {
  return (pod.spec?.containers ?? []).map(({ image = '', name }) => ({
    name,
    image,
    imageID: image,
    ready,
    restartCount: 0,
    started: state.running !== undefined,
    state,
  }));
}

function readiness(status: 'True' | 'False') {
  return [condition('Ready', status), condition('ContainersReady', status)];
}

function condition(type: string, status: 'True' | 'False') {
  return { type, status, lastTransitionTime: new Date() };
}
