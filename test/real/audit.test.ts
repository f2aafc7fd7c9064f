import { readFile } from 'node:fs/promises';
import { KubernetesObjectApi, PatchStrategy } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Finding, judge } from '../../audit/judge.ts';
import { assembleFleet } from '../../audit/read/assemble.ts';
import { readCluster } from '../../audit/read/cluster.ts';
import { RULES } from '../../audit/rules/registry.ts';
import { applyManifest } from '../../controlplane/enrol.ts';
import { systemClock } from '../../functions/clock.ts';
import { readerFromKubeconfig } from '../../functions/cluster/kubeconfig-connection.ts';
import type { ObjectReader } from '../../functions/cluster/reader.ts';
import { runCli } from '../cli/run-cli.ts';
import { runHere } from '../cli/run-here.ts';
import { startTestPlane, type TestPlane } from '../support/control-plane.ts';

let plane: TestPlane;
let kubeconfig: string;
let reader: ObjectReader;
let objects: KubernetesObjectApi;

beforeAll(async () => {
  plane = await startTestPlane();
  objects = KubernetesObjectApi.makeApiClient(plane.admin);
  await applyManifest(plane.admin, 'infra/k8s/audit.yaml');
  kubeconfig = await plane.kubeconfigFor('auditor', ['spot-responder-audit']);
  reader = await readerFromKubeconfig({ path: kubeconfig, clock: systemClock });
  for (const { id } of namespaced) {
    await plane.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: id } });
    await plane.apply(await inNamespace(id));
  }
}, 90_000);

afterAll(() => plane.close());

/** Rules about what lives in a namespace. */
const namespaced = RULES.filter(({ id }) => !id.endsWith('-group') && !id.includes('fallback'));

/** Each failing manifest of the rules, in a namespace of the rule's name. */
async function inNamespace(rule: string): Promise<string> {
  const text = await readFile(`test/audit/rules/${rule}/failing.yaml`, 'utf8');
  return text.replaceAll(/^metadata:$/gm, `metadata:\n  namespace: ${rule}`);
}

async function findingsOf(rule: string): Promise<readonly Finding[]> {
  const { raws, unread } = await readCluster(reader, rule);
  expect(unread).toEqual([]);
  const { judged } = judge(assembleFleet(raws, { name: 'real', namespace: rule }), RULES);
  return judged.flatMap(({ findings }) => findings).filter((each) => each.rule === rule);
}

describe.each(namespaced.map(({ id }) => id))('%s on a real API server', (rule) => {
  test('is found; its patch is accepted and silences it', async () => {
    const [finding, ...more] = await findingsOf(rule);
    if (!finding) throw new Error(`${rule} found nothing`);
    expect(more).toEqual([]);
    await apply(finding);
    expect(await findingsOf(rule)).toEqual([]);
  });
});

test('the command reads a live cluster as the audit role, and its exit code is for pipelines', async () => {
  const { code, stdout, stderr } = await runCli(
    'audit',
    '--kubeconfig',
    kubeconfig,
    '--json',
    '--fail-on',
    'never',
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const { workloads } = JSON.parse(stdout) as { workloads: object[] };
  expect(workloads.length).toBeGreaterThanOrEqual(namespaced.length);
});

test('who may not read workloads is told which permission is missing', async () => {
  const nobody = await plane.kubeconfigFor('nobody', ['nobody']);
  const { code, stderr } = await runHere({}, 'audit', '--kubeconfig', nobody);
  expect(code).toBe(1);
  expect(stderr).toMatch(/not allowed to list deployments.*infra\/k8s\/audit\.yaml/s);
});

async function apply({ about, patch }: Finding): Promise<void> {
  switch (patch.type) {
    case 'create':
      await objects.create(patch.object);
      if (about.ref.kind === 'Pod') await objects.delete({ ...identify(about.ref) });
      return;
    case 'delete':
      await objects.delete(identify(patch.target));
      return;
    case 'patch':
      await send(patch.target, patch.body, patch.as);
      return;
    case 'replace':
      await objects.delete(identify(about.ref), undefined, undefined, 0, undefined, 'Background');
      await objects.create(patch.object);
      return;
    case 'advice':
      throw new Error(`nothing to apply: ${patch.text}`);
  }
}

interface Ref {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}

function identify({ apiVersion, kind, name, namespace = '' }: Ref) {
  return { apiVersion, kind, metadata: { name, namespace } };
}

async function send(target: Ref, body: object, as: 'strategic' | 'merge'): Promise<void> {
  const how = as === 'strategic' ? PatchStrategy.StrategicMergePatch : PatchStrategy.MergePatch;
  await objects.patch({ ...identify(target), ...body }, undefined, undefined, undefined, undefined, how);
}
