import { readFile } from 'node:fs/promises';
import { type KubeConfig, KubernetesObjectApi, loadAllYaml } from '@kubernetes/client-node';

/** What an enrolled cluster has of ours: the permissions and the admission policy. */
export async function grantResponder(admin: KubeConfig): Promise<void> {
  const objects = KubernetesObjectApi.makeApiClient(admin);
  const yaml = await readFile(new URL('../../infra/k8s/rbac.yaml', import.meta.url), 'utf8');
  for (const object of loadAllYaml(yaml)) await objects.create(object);
}
