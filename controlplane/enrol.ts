import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type KubeConfig, KubernetesObjectApi, loadAllYaml } from '@kubernetes/client-node';
import type { ClusterPort } from '../functions/cluster/port.ts';

/** What an enrolled cluster has of ours: the permissions and the admission policy, both in force when this resolves. */
export async function enrol(admin: KubeConfig, responder: ClusterPort, signal?: AbortSignal): Promise<void> {
  await applyManifest(admin, 'infra/k8s/rbac.yaml');
  await applyManifest(admin, 'infra/k8s/admission.yaml');
  await untilPoliciesHold(responder, signal);
}

/** Creates every object of a manifest of this project. */
export async function applyManifest(admin: KubeConfig, path: string): Promise<void> {
  await applyYaml(admin, await readFile(new URL(`../${path}`, import.meta.url), 'utf8'));
}

export async function applyYaml(admin: KubeConfig, yaml: string): Promise<void> {
  const objects = KubernetesObjectApi.makeApiClient(admin);
  for (const object of loadAllYaml(yaml)) await objects.create(object);
}

/** The API server takes up to a second to see new policies; of ours, the one that this asks for is the last. */
async function untilPoliciesHold(responder: ClusterPort, signal?: AbortSignal): Promise<void> {
  const nobody = { namespace: 'default', name: 'nobody', uid: '' };
  for (const until = Date.now() + 30_000; ; await sleep(100)) {
    signal?.throwIfAborted();
    const answer = await responder.evict(nobody, { dryRun: true });
    if (answer.type === 'refused' && answer.reason.includes('spot-responder-removals')) return;
    if (Date.now() > until) throw new Error(`the policies do not hold: an eviction is ${answer.type}`);
  }
}
