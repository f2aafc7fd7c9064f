import { CoreV1Api, type CoreV1Event } from '@kubernetes/client-node';
import { startTestPlane, type TestPlane } from '../support/control-plane.ts';
import { createDisruptionController } from './disruption-controller.ts';
import { createNames, findListed, type Lab, pageFiller, readBack, type StoredEvent } from './lab.ts';
import { changeTaints, createNode, furnishNode, type Kubelets, reportReady } from './real-nodes.ts';
import { createPod, readPod, reportPod } from './real-pods.ts';

/**
 * A real API server that knows us by our EKS token. `real` kubelets come with all controllers; otherwise the lab
 * plays them, as far as a case needs them.
 */
export async function openRealLab(kubelets: Kubelets = 'played'): Promise<Lab> {
  const plane = await startTestPlane({ controllers: kubelets === 'real' });
  const { core } = plane;
  const [cluster, names] = [await plane.connectAsResponder(), createNames()];
  const budgets = createDisruptionController(plane, kubelets === 'real');
  return {
    cluster,
    newNode: async (options = {}) => {
      const name = await createNode(core, names);
      await reportReady(core, name, kubelets);
      await furnishNode(core, name, options);
      return readBack(cluster, name);
    },
    fillPages: pageFiller(() => createNode(core, names)),
    newNamespace: async () => {
      const name = names.next('namespace');
      await core.createNamespace({ body: { metadata: { name } } });
      return name;
    },
    newPod: async (node, options = {}) => {
      const name = options.name ?? names.next('pod');
      await createPod(core, node, { ...options, name }, kubelets);
      return findListed(cluster, node.name, name);
    },
    newBudget: budgets.add,
    chargeBudget: budgets.charge,
    readPod: (pod) => readPod(core, pod),
    setUnschedulable: async ({ name }, value) => {
      const body = [{ op: 'add', path: '/spec/unschedulable', value }];
      await core.patchNode({ name, body, fieldManager: 'kubectl-cordon' });
    },
    changeTaints: (node, change) => changeTaints(core, node.name, change),
    labelPod: async ({ namespace, name, labels: known }, labels) => {
      const body = [{ op: 'add', path: '/metadata/labels', value: { ...known, ...labels } }];
      await core.patchNamespacedPod({ namespace, name, body });
    },
    setReady: (pod, ready) => reportPod(core, pod, { phase: 'Running', ready }),
    confirmStopped: async ({ namespace, name }) =>
      void (await core.deleteNamespacedPod({ namespace, name, gracePeriodSeconds: 0 })),
    settleBudgets: budgets.settle,
    patchPodStatus: async ({ namespace, name }, body) => {
      const responder = plane.asResponder.makeApiClient(CoreV1Api);
      await responder.patchNamespacedPodStatus({ namespace, name, body });
    },
    readEvents: async (uid) => {
      const { items } = await core.listEventForAllNamespaces({ fieldSelector: `involvedObject.uid=${uid}` });
      return items.map(toStoredEvent);
    },
    terminateNamespace: async (name) => void (await core.deleteNamespace({ name })),
    forgetHistory: () => forgetHistory(plane),
    close: plane.close,
  };
}

function toStoredEvent({ message = '', metadata, reason = '', source, type = '' }: CoreV1Event): StoredEvent {
  return { namespace: metadata.namespace ?? '', type, reason, message, component: source?.component ?? '' };
}

/** The API server keeps a window of history itself: compacting etcd alone would go unnoticed. */
async function forgetHistory(plane: TestPlane): Promise<void> {
  await plane.compactEtcd();
  await plane.restartApiServer();
}
