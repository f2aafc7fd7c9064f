import type { PodTemplate } from '../objects.ts';

const FIELD = 'metadata.annotations';
const VOLUME = 'podinfo';

/** How a pod hears that it is to save: a downward-API file of its annotations. */
export type RequestFile = 'heard' | 'not-mounted' | 'never-refreshed';

export function requestFileOf(spec: PodTemplate['spec']): RequestFile {
  const volumes = downwardVolumes(spec);
  const mounts = spec.containers
    .flatMap(({ volumeMounts = [] }) => volumeMounts)
    .filter(({ name }) => volumes.includes(name));
  if (mounts.some(({ subPath, subPathExpr }) => !subPath && !subPathExpr)) return 'heard';
  return mounts.length > 0 ? 'never-refreshed' : 'not-mounted';
}

/** Adds volume and mount, where they are missing; a strategic merge patch of the pods' spec. */
export function withRequestFile(spec: PodTemplate['spec']): Readonly<Record<string, unknown>> {
  if (requestFileOf(spec) === 'heard') return {};
  const items = [{ path: 'annotations', fieldRef: { fieldPath: FIELD } }];
  return {
    containers: [
      { name: spec.containers[0]?.name, volumeMounts: [{ name: VOLUME, mountPath: `/etc/${VOLUME}` }] },
    ],
    volumes: [{ name: VOLUME, downwardAPI: { items } }],
  };
}

function downwardVolumes({ volumes = [] }: PodTemplate['spec']): readonly string[] {
  return volumes
    .filter(({ downwardAPI, projected }) =>
      [downwardAPI, ...(projected?.sources ?? []).map((source) => source.downwardAPI)].some((each) =>
        each?.items?.some(({ fieldRef }) => fieldRef?.fieldPath === FIELD),
      ),
    )
    .map(({ name }) => name);
}
