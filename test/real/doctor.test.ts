import { KubeConfig, RbacAuthorizationV1Api } from '@kubernetes/client-node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readManifests } from '../../cli/enroll/manifests.ts';
import { type ControlPlane, startControlPlane } from '../../controlplane/control-plane.ts';
import { applyYaml } from '../../controlplane/enrol.ts';
import { systemClock } from '../../functions/clock.ts';
import { openIndexTable, writeRows } from '../../functions/node-index/index-table.ts';
import { clusterRow, nodeRow } from '../../functions/node-index/row.ts';
import { type DoctorScene, type Found, openDoctorScene } from '../doctor/scene.ts';
import { instanceId } from '../support/interruptions.ts';

const cluster = 'ml-prod';
const node = instanceId('i-0aaaaaaaaaaaaaaa1');
let plane: ControlPlane;
let scene: DoctorScene;
let kubeconfig: string;
let admin: KubeConfig;

beforeAll(async () => {
  plane = await startControlPlane();
  kubeconfig = await plane.kubeconfigFor('admin');
  admin = new KubeConfig();
  admin.loadFromFile(kubeconfig);
  scene = await openDoctorScene();
  scene.account.addCluster({
    name: cluster,
    endpoint: plane.server,
    ca: Buffer.from(plane.caPem).toString('base64'),
  });
}, 120_000);

afterAll(async () => {
  await scene?.close();
  await plane?.close();
});

async function look(check: string): Promise<readonly Found[]> {
  const findings = await scene.diagnose('--cluster', cluster, '--kubeconfig', kubeconfig);
  return findings.filter((finding) => finding.check === check);
}

async function index(expiresAt: Date): Promise<void> {
  const client = scene.table.client();
  const table = openIndexTable({
    client,
    table: scene.table.tableName,
    clock: systemClock,
    random: Math.random,
  });
  const owner = { type: 'unknown' } as const;
  const value = { instanceId: node, clusterName: cluster, owner, region: 'us-east-2' };
  const place = { clusterName: cluster, endpoint: { server: plane.server } };
  await writeRows(table, [nodeRow({ value, expiresAt }), clusterRow({ value: place, expiresAt })]);
}

test('a cluster that was never enrolled: each object is missing, and enroll mends it', async () => {
  const missing = await look('permissions and policies');
  expect(missing).toHaveLength((await readManifests()).length);
  expect(missing[0]).toMatchObject({
    type: 'wrong',
    problem: 'it is not there',
    remedy: `spot-responder enroll ${cluster} --region us-east-2`,
  });
  expect(await look('node index')).toMatchObject([
    { type: 'wrong', problem: 'the index has never been let in' },
  ]);
}, 120_000);

test('once enrolled and indexed all is well, and the exit code says so', async () => {
  await scene.run('enroll', cluster, '--kubeconfig', kubeconfig);
  await applyYaml(
    admin,
    `
apiVersion: v1
kind: Node
metadata: { name: node-1 }
spec: { providerID: 'aws:///us-east-2a/${node}' }
`,
  );
  await index(new Date(Date.now() + 600_000));
  const { code, stdout } = await scene.run('doctor', '--kubeconfig', kubeconfig);
  expect(stdout).toMatch(/\d+ objects, all current/);
  expect(stdout).toMatch(/all \d+ permissions in force/);
  expect(stdout).toContain('all 1 nodes known');
  expect(stdout).toContain('0 wrong, 0 not seen.');
  expect(code).toBe(0);
}, 120_000);

test('a rule that somebody took out of the ClusterRole', async () => {
  const rbac = admin.makeApiClient(RbacAuthorizationV1Api);
  const role = await rbac.readClusterRole({ name: 'spot-responder' });
  await rbac.replaceClusterRole({
    name: 'spot-responder',
    body: { ...role, rules: role.rules?.slice(1) ?? [] },
  });
  expect(await look('permissions and policies')).toMatchObject([
    { about: 'ml-prod: ClusterRole spot-responder', problem: 'it is not what this version needs' },
  ]);
}, 120_000);

test('a permission that the API server does not give, whoever took it', async () => {
  expect(await look('what the groups may do')).toMatchObject([
    {
      type: 'wrong',
      about: 'ml-prod: group spot-responder',
      problem: 'the API server does not let it get nodes, list nodes, patch nodes',
      remedy: `spot-responder enroll ${cluster} --region us-east-2`,
    },
  ]);
}, 120_000);

test('an index that is not let in any more, and a node that it does not know', async () => {
  await applyYaml(
    admin,
    `
apiVersion: v1
kind: Node
metadata: { name: node-2 }
spec: { providerID: 'aws:///us-east-2a/i-0aaaaaaaaaaaaaaa2' }
`,
  );
  expect(await look('node index')).toMatchObject([
    { type: 'wrong', problem: '1 of 2 nodes are not in it: i-0aaaaaaaaaaaaaaa2' },
  ]);
  await index(new Date(Date.now() - 1_000));
  expect(await look('node index')).toMatchObject([
    { type: 'wrong', problem: expect.stringContaining('has not been let in since') },
  ]);
}, 120_000);
