import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type KubernetesObject, KubernetesObjectApi } from '@kubernetes/client-node';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Finding, judge } from '../../../audit/judge.ts';
import { assembleFleet } from '../../../audit/read/assemble.ts';
import { readCluster } from '../../../audit/read/cluster.ts';
import { readManifests } from '../../../audit/read/files.ts';
import { isRecord } from '../../../audit/read/parse.ts';
import { commandOf } from '../../../audit/report/words.ts';
import { RULES } from '../../../audit/rules/registry.ts';
import { applyManifest } from '../../../controlplane/enrol.ts';
import { namespaceObject } from '../../../controlplane/fleet/workloads.ts';
import { systemClock } from '../../../functions/clock.ts';
import { readerFromKubeconfig } from '../../../functions/cluster/kubeconfig-connection.ts';
import type { ObjectReader } from '../../../functions/cluster/reader.ts';
import { auditFiles, foundIn } from '../../audit/scene.ts';
import { startTestPlane, type TestPlane } from '../../support/control-plane.ts';
import { CUSTOM_KINDS } from './custom-kinds.ts';

const CORPUS = 'test/audit/corpus';
/** Of the corpus, what an API server can hold; eksctl's files are none of its objects. */
const files = readdirSync(CORPUS).filter(
  (name) => !readFileSync(join(CORPUS, name), 'utf8').includes('kind: ClusterConfig'),
);

let plane: TestPlane;
let reader: ObjectReader;
let kubeconfig: string;
let objects: KubernetesObjectApi;

beforeAll(async () => {
  plane = await startTestPlane();
  objects = KubernetesObjectApi.makeApiClient(plane.admin);
  kubeconfig = await plane.kubeconfigFor('kubectl');
  await plane.apply(CUSTOM_KINDS);
  await applyManifest(plane.admin, 'infra/k8s/audit.yaml');
  const auditor = await plane.kubeconfigFor('auditor', ['spot-responder-audit']);
  reader = await readerFromKubeconfig({ path: auditor, clock: systemClock });
  await vi.waitFor(
    () =>
      shell(
        'kubectl get nodepools,jobsets,pytorchjobs,mpijobs,rayclusters,rayjobs,rollouts,jobs.batch.volcano.sh -A',
      ),
    {
      timeout: 30_000,
      interval: 300,
    },
  );
}, 120_000);

afterAll(() => plane?.close());

/** As a person types it, the terminal's kubectl at this cluster. */
async function shell(script: string): Promise<string> {
  const env = { KUBECONFIG: kubeconfig, PATH: `${plane.binaries}:${process.env.PATH}` };
  const { all, exitCode, stdout } = await execa('bash', ['-e', '-c', script], {
    all: true,
    env,
    reject: false,
  });
  if (exitCode !== 0) throw new Error(`${script}\nended with ${exitCode}: ${all}`);
  return stdout;
}

/** The manifest in a namespace of its own; returns what is of no namespace in it. */
async function apply(name: string, namespace: string): Promise<readonly KubernetesObject[]> {
  const raws = await readManifests([`${CORPUS}/${name}`]);
  await plane.create(namespaceObject(namespace));
  const made: KubernetesObject[] = [];
  for (const { object } of raws) made.push(await objects.create(withNamespace(object, namespace)));
  return made.filter(({ metadata }) => !metadata?.namespace);
}

function withNamespace(object: unknown, namespace: string): KubernetesObject {
  const { metadata, ...rest } = isRecord(object) ? object : {};
  const isGlobal = rest.kind === 'NodePool';
  return { ...rest, metadata: { ...(isRecord(metadata) && metadata), ...(!isGlobal && { namespace }) } };
}

async function auditCluster(namespace: string) {
  const { raws, unread } = await readCluster(reader, namespace);
  expect(unread).toEqual([]);
  return judge(assembleFleet(raws, { name: 'real', namespace }), RULES);
}

function openFindings(audit: Awaited<ReturnType<typeof auditCluster>>): readonly Finding[] {
  return [...audit.fleetFindings, ...audit.judged.flatMap(({ findings }) => findings)].filter(
    ({ ignored }) => !ignored,
  );
}

async function paste(audit: Awaited<ReturnType<typeof auditCluster>>): Promise<void> {
  for (const { about, patch } of openFindings(audit)) {
    if (patch.type === 'advice') continue;
    await shell(commandOf(patch));
    const { kind, name, namespace } = about.ref;
    // Its Deployment has taken its place.
    if (kind === 'Pod')
      await plane.core.deleteNamespacedPod({ name, namespace: namespace ?? '', gracePeriodSeconds: 0 });
  }
}

describe.each(files)('%s on a real API server', (name) => {
  test('is found as in the file; its commands, pasted one after the other, leave nothing to find', async () => {
    const namespace = name.replace('.yaml', '');
    const global = await apply(name, namespace);
    try {
      const audit = await auditCluster(namespace);
      const inFile = foundIn(await auditFiles(`${CORPUS}/${name}`));
      expect([...foundIn(audit)].sort()).toEqual([...inFile].sort());
      await paste(audit);
      // A Deployment in the place of a pod is judged in its turn.
      if (name === 'notebook.yaml') await paste(await auditCluster(namespace));
      const left = openFindings(await auditCluster(namespace)).filter(({ patch }) => patch.type !== 'advice');
      expect(left.map(({ about, rule, why }) => `${rule} of ${about.ref.name}: ${why}`)).toEqual([]);
    } finally {
      for (const object of global) await objects.delete(object);
    }
  }, 60_000);
});
