import { annotatePod } from './annotation.ts';
import { type Api, createApi } from './api.ts';
import { listBudgets } from './budgets.ts';
import { recordEvent } from './events.ts';
import { deletePod, evict, markDisrupted } from './eviction.ts';
import { readKarpenter } from './karpenter.ts';
import { getNode, listNodes, patchNode } from './nodes.ts';
import { listPods, listPodsByLabel, listPodsOnNode, watchPodsByLabel, watchPodsOnNode } from './pods.ts';
import type { ClusterPort } from './port.ts';
import { createRequestCounts } from './request-counts.ts';
import { getScale, setScale } from './scale.ts';

/** A port over the connection. Connections are shared, request counts are this port's own. */
export function clusterPort(parts: Pick<Api, 'connection' | 'access' | 'clock' | 'random'>): ClusterPort {
  const counts = createRequestCounts();
  const api = createApi({ ...parts, counts });
  return {
    name: api.name,
    getNode: (name, signal) => getNode(api, name, signal),
    listNodes: (signal) => listNodes(api, signal),
    patchNode: (name, patch, options) => patchNode(api, name, patch, options),
    listPodsOnNode: (nodeName, signal) => listPodsOnNode(api, nodeName, signal),
    watchPodsOnNode: (nodeName, resourceVersion, signal) =>
      watchPodsOnNode(api, nodeName, resourceVersion, signal),
    listPods: (which, signal) => listPods(api, which, signal),
    listPodsByLabel: (selection) => listPodsByLabel(api, selection),
    watchPodsByLabel: (selection, resourceVersion, signal) =>
      watchPodsByLabel(api, selection, resourceVersion, signal),
    listBudgets: (signal) => listBudgets(api, signal),
    getScale: (deployment, signal) => getScale(api, deployment, signal),
    setScale: (deployment, replicas, options) => setScale(api, deployment, replicas, options),
    readKarpenter: (signal) => readKarpenter(api, signal),
    evict: (pod, options) => evict(api, pod, options),
    deletePod: (pod, options) => deletePod(api, pod, options),
    markDisrupted: (pod, reason, message, options) => markDisrupted(api, pod, reason, message, options),
    annotatePod: (pod, name, value, options) => annotatePod(api, pod, name, value, options),
    recordEvent: (event) => recordEvent(api, event),
    requestCounts: counts.read,
  };
}
