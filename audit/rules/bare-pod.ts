import { perWorkload } from '../rule.ts';

export const barePod = perWorkload(
  {
    id: 'bare-pod',
    severity: 'error',
    verdict: 'change',
    title: 'a pod that nothing will start again',
    explanation:
      'A pod without a controller is gone with its node. The patch is a Deployment of the same pod; delete the pod when it runs. ' +
      'A pod that is to run once belongs into a Job.',
  },
  (workload) => {
    if (workload.runs !== 'pod') return undefined;
    const { name, namespace } = workload.ref;
    const { labels: own = {} } = workload.template.metadata ?? {};
    const labels = Object.keys(own).length > 0 ? own : { app: name };
    const { nodeName: _bound, restartPolicy: _policy, ...spec } = rawSpec(workload.source.object);
    return {
      why: 'no controller owns it: when its node goes it is not started again',
      patch: {
        type: 'create',
        object: {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          metadata: { name, namespace },
          spec: { replicas: 2, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
        },
      },
    };
  },
);

function rawSpec({ spec }: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return typeof spec === 'object' && spec !== null ? Object.fromEntries(Object.entries(spec)) : {};
}
