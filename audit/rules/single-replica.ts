import { fewestPods, isRunningService } from '../facts/replicas.ts';
import { patchObject } from '../patch/template.ts';
import { perWorkload } from '../rule.ts';

export const singleReplica = perWorkload(
  {
    id: 'single-replica',
    severity: 'error',
    verdict: 'change',
    title: 'a service with one replica',
    explanation:
      'While its node goes and the new pod pulls its image and loads its model, nobody answers. Two replicas on different ' +
      'nodes carry on; where one must do, keep it on demand. An autoscaler that may go down to one counts as one.',
  },
  (workload) => {
    if (!isRunningService(workload) || fewestPods(workload) !== 1) return undefined;
    const { autoscaled } = workload;
    if (!autoscaled)
      return {
        why: 'it has one replica: each interruption is an outage until another has started',
        patch: patchObject(workload, { spec: { replicas: 2 } }, false),
      };
    const body = { spec: { minReplicas: 2 } };
    return {
      why: `its autoscaler ${autoscaled.ref.name} may go down to one replica`,
      patch: { type: 'patch', target: autoscaled.ref, as: 'strategic', body },
    };
  },
);
