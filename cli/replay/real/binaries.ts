import { API_ONLY, findBinaries, requireBinaries, WITH_CONTROLLERS } from '../../../controlplane/binaries.ts';

/** What a replay on a real control plane can have here. */
export interface Kubernetes {
  readonly binaries: string;
  readonly controllers: boolean;
  /** Why there are no controllers. */
  readonly lacks?: string;
}

/**
 * Everything, or the API server and etcd alone, which envtest downloads.
 *
 * @throws ConfigurationError that names the remedy when not even those can be had.
 */
export async function chooseBinaries(): Promise<Kubernetes> {
  const all = await findBinaries(WITH_CONTROLLERS);
  if (all.type === 'found') return { binaries: all.folder, controllers: true };
  return { binaries: await requireBinaries(API_ONLY), controllers: false, lacks: all.reason };
}
