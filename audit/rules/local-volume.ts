import type { PodTemplate } from '../objects.ts';
import { keepOffSpot } from '../patch/off-spot.ts';
import { perWorkload } from '../rule.ts';

/** Of the machine rather than of the workload. */
const SYSTEM_PATHS =
  /^\/(dev|sys|proc|etc|lib|usr|boot|run|var\/run|var\/log|var\/lib\/kubelet|var\/lib\/docker)(\/|$)/;

export const localVolume = perWorkload(
  {
    id: 'local-volume',
    severity: 'error',
    verdict: 'keep-off',
    title: "data on the node's own disk",
    explanation:
      'What is written to a hostPath goes with the node. Paths of the machine itself (/dev, /sys, /var/run …) and mounts that are ' +
      'only read are not meant, nor is emptyDir, which is scratch space by its name. The patch keeps the pods off spot ' +
      'nodes; data that can be had again belongs into an emptyDir, data that cannot into a volume that outlives the node.',
  },
  (workload) => {
    const volume = writtenHostPath(workload.template.spec);
    if (!volume) return undefined;
    return {
      why: `it writes to ${volume.hostPath?.path} of its node (volume ${volume.name}), which goes with the node`,
      patch: keepOffSpot(workload),
    };
  },
);

function writtenHostPath({ containers, volumes = [] }: PodTemplate['spec']) {
  const written = new Set(
    containers
      .flatMap(({ volumeMounts = [] }) => volumeMounts)
      .filter(({ readOnly }) => !readOnly)
      .map(({ name }) => name),
  );
  return volumes.find(
    ({ hostPath, name }) => hostPath !== undefined && written.has(name) && !SYSTEM_PATHS.test(hostPath.path),
  );
}
