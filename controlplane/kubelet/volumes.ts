import { mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type {
  CoreV1Api,
  V1Container,
  V1DownwardAPIVolumeFile,
  V1Pod,
  V1ServiceAccountTokenProjection,
  V1Volume,
  V1VolumeProjection,
} from '@kubernetes/client-node';
import { writeAtomically } from './atomic-files.ts';
import { fieldValue, UnsupportedError } from './fields.ts';

/** Where the content of volumes comes from. */
export interface VolumeSources {
  readonly core: CoreV1Api;
  /** The content of the config map `kube-root-ca.crt`, which nobody publishes here. */
  readonly caPem: string;
  /** Folders that stand for persistent volume claims, by the claim's name. */
  readonly claims: Readonly<Record<string, string>>;
}

/** A pod's volumes as they were mounted. */
export interface MountedVolumes {
  /** What `$CONTAINER_SANDBOX_MOUNT_POINT` names: the mounts lie below it at their paths. */
  readonly root: string;
  /** Writes the downward-API files anew. */
  refresh(pod: V1Pod): Promise<void>;
}

/** Makes the volumes that the container mounts. Throws `UnsupportedError`. */
export async function mountVolumes(
  sources: VolumeSources,
  pod: V1Pod,
  container: V1Container,
  folder: string,
): Promise<MountedVolumes> {
  const root = join(folder, 'root');
  const downward: { readonly path: string; readonly items: readonly V1DownwardAPIVolumeFile[] }[] = [];
  await mkdir(root, { recursive: true });
  for (const mount of container.volumeMounts ?? []) {
    if (mount.subPath) throw new UnsupportedError('subPath is not known here');
    const volume = pod.spec?.volumes?.find(({ name }) => name === mount.name);
    if (!volume) throw new UnsupportedError(`there is no volume ${mount.name}`);
    const own = join(folder, 'volumes', mount.name);
    const path = await prepare(sources, pod, volume, own);
    if (volume.downwardAPI) downward.push({ path, items: volume.downwardAPI.items ?? [] });
    await mkdir(dirname(join(root, mount.mountPath)), { recursive: true });
    await symlink(path, join(root, mount.mountPath));
  }
  let written = '';
  const refresh = async (now: V1Pod) => {
    const contents = downward.map(({ items, path }) => ({ path, files: downwardFiles(now, items) }));
    if (JSON.stringify(contents) === written) return;
    written = JSON.stringify(contents);
    for (const { files, path } of contents) await writeAtomically(path, files);
  };
  await refresh(pod);
  return { root, refresh };
}

/** The folder that is mounted. */
async function prepare(sources: VolumeSources, pod: V1Pod, volume: V1Volume, own: string): Promise<string> {
  const claim = volume.persistentVolumeClaim?.claimName;
  if (claim !== undefined) {
    const folder = sources.claims[claim];
    if (folder === undefined) throw new UnsupportedError(`no folder stands for the claim ${claim}`);
    return folder;
  }
  if (volume.hostPath) return volume.hostPath.path;
  if (volume.projected) {
    const parts = (volume.projected.sources ?? []).map((source) => project(sources, pod, source));
    await writeAtomically(own, Object.assign({}, ...(await Promise.all(parts))));
    return own;
  }
  if (!volume.emptyDir && !volume.downwardAPI)
    throw new UnsupportedError(`the kind of volume ${volume.name} is not known here`);
  await mkdir(own, { recursive: true });
  return own;
}

async function project(
  sources: VolumeSources,
  pod: V1Pod,
  { configMap, downwardAPI, serviceAccountToken }: V1VolumeProjection,
): Promise<Readonly<Record<string, string>>> {
  if (downwardAPI) return downwardFiles(pod, downwardAPI.items ?? []);
  if (serviceAccountToken)
    return { [serviceAccountToken.path]: await requestToken(sources.core, pod, serviceAccountToken) };
  if (configMap?.name === 'kube-root-ca.crt') return { 'ca.crt': sources.caPem };
  throw new UnsupportedError('a projected source is not known here');
}

/** A token of the pod's service account that dies with the pod, as a kubelet asks for one. */
async function requestToken(
  core: CoreV1Api,
  pod: V1Pod,
  { audience, expirationSeconds = 3600 }: V1ServiceAccountTokenProjection,
): Promise<string> {
  const { name = '', namespace = '', uid = '' } = pod.metadata ?? {};
  const boundObjectRef = { apiVersion: 'v1', kind: 'Pod', name, uid };
  const audiences = audience === undefined ? [] : [audience];
  const { status } = await core.createNamespacedServiceAccountToken({
    name: pod.spec?.serviceAccountName ?? 'default',
    namespace,
    body: { spec: { audiences, expirationSeconds, boundObjectRef } },
  });
  return status?.token ?? '';
}

function downwardFiles(pod: V1Pod, items: readonly V1DownwardAPIVolumeFile[]): Record<string, string> {
  return Object.fromEntries(
    items.map(({ fieldRef, path }) => {
      if (!fieldRef) throw new UnsupportedError(`the content of ${path} is not known here`);
      return [path, fieldValue(pod, fieldRef.fieldPath)];
    }),
  );
}
