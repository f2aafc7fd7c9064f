import { KubeConfig, VersionApi } from '@kubernetes/client-node';

/** A cluster administrator's client settings, from a kubeconfig file. */
export function openAdmin(kubeconfig: string): KubeConfig {
  const admin = new KubeConfig();
  admin.loadFromFile(kubeconfig);
  return admin;
}

/** What the server says that it is, e.g. `v1.36.3`. */
export async function serverVersion(admin: KubeConfig): Promise<string> {
  return (await admin.makeApiClient(VersionApi).getCode()).gitVersion;
}
