import { KubeConfig, RbacAuthorizationV1Api } from '@kubernetes/client-node';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type ControlPlane, startControlPlane } from '../../controlplane/control-plane.ts';
import {
  type AccessEntry,
  type EksAuthenticator,
  startEksAuthenticator,
} from '../../controlplane/eks-authenticator.ts';
import { applyManifest, applyYaml } from '../../controlplane/enrol.ts';
import { systemClock } from '../../functions/clock.ts';
import { connectTo } from '../../functions/cluster/connection.ts';
import { signEksToken } from '../../functions/cluster/eks-token.ts';
import {
  clusterName,
  type EnrollScene,
  INDEXER,
  openEnrollScene,
  operator,
  RESPONDER,
  region,
} from '../enroll/scene.ts';

let plane: ControlPlane;
let authenticator: EksAuthenticator;
let adminKubeconfig: string;
let admin: KubeConfig;
let scene: EnrollScene;

const responderKey = { accessKeyId: 'AKIARESPONDER', secretAccessKey: 'responder' };

/** As EKS: whom the cluster lets in is what its access entries say. */
function whoMayEnter(): readonly AccessEntry[] {
  const groupsOf = (arn: string) =>
    scene.account.accessEntries.find((each) => each.principalArn === arn)?.groups;
  const groups = groupsOf(RESPONDER);
  return [
    { ...operator, username: 'operator', groups: ['system:masters'] },
    ...(groups ? [{ ...responderKey, username: RESPONDER, groups }] : []),
  ];
}

beforeAll(async () => {
  authenticator = await startEksAuthenticator({
    clusterName,
    region,
    get entries() {
      return whoMayEnter();
    },
  });
  plane = await startControlPlane({ authenticatorUrl: authenticator.url });
  adminKubeconfig = await plane.kubeconfigFor('admin');
  admin = new KubeConfig();
  admin.loadFromFile(adminKubeconfig);
}, 60_000);

afterAll(async () => {
  await plane?.close();
  await authenticator?.close();
});

beforeEach(async () => {
  scene = await openEnrollScene();
  const ca = Buffer.from(plane.caPem).toString('base64');
  scene.account.addCluster({ name: clusterName, endpoint: plane.server, ca });
});

afterEach(async () => {
  await scene.run(clusterName, '--remove');
  await scene.close();
}, 60_000);

async function enterAsResponder() {
  const token = await signEksToken({
    clusterName,
    region,
    credentials: async () => responderKey,
    clock: systemClock,
  });
  const caData = Buffer.from(plane.caPem).toString('base64');
  return connectTo({ name: clusterName, server: plane.server, caData, token }, { clock: systemClock });
}

async function objectsOfOurs(): Promise<string[]> {
  const rbac = admin.makeApiClient(RbacAuthorizationV1Api);
  const [roles, bindings] = await Promise.all([rbac.listClusterRole(), rbac.listClusterRoleBinding()]);
  return [...roles.items, ...bindings.items]
    .map(({ metadata }) => metadata?.name ?? '')
    .filter((name) => name.startsWith('spot-responder'));
}

interface JsonRun {
  readonly steps: readonly {
    readonly kind: string;
    readonly name: string;
    readonly change: string;
    readonly detail?: string;
  }[];
}

async function changesOf(...args: string[]): Promise<Record<string, string>> {
  const { code, stderr, stdout } = await scene.run(clusterName, '--json', ...args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const { steps }: JsonRun = JSON.parse(stdout);
  return Object.fromEntries(steps.map(({ change, kind, name }) => [`${kind} ${name}`, change]));
}

test('a cluster is enrolled by an EKS token of the operator, the responder can work in it, and a repeat changes nothing', async () => {
  const { code, stderr, stdout } = await scene.run(clusterName);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain(`+ created    access entry ${RESPONDER} (group spot-responder)`);
  expect(stdout).toContain('+ created    ValidatingAdmissionPolicy spot-responder-nodes');
  expect(stdout).toContain('ml-prod is enrolled.');
  expect(scene.account.accessEntries.map(({ groups, principalArn }) => [principalArn, groups])).toEqual([
    [RESPONDER, ['spot-responder']],
    [INDEXER, ['spot-responder-index']],
  ]);
  const responder = await enterAsResponder();
  const { pods } = await responder.listPodsOnNode('nowhere');
  expect(pods).toEqual([]);
  const repeated = await changesOf();
  expect(Object.keys(repeated)).toHaveLength(16);
  expect(new Set(Object.values(repeated))).toEqual(new Set(['unchanged']));
}, 120_000);

test('--remove takes back all that enroll made, and once more finds nothing', async () => {
  await scene.run(clusterName);
  const { code, stdout } = await scene.run(clusterName, '--remove');
  expect(code).toBe(0);
  expect(stdout.trimEnd().split('\n').slice(1, -1)).toHaveLength(16);
  expect(stdout).toContain('ml-prod is enrolled no more.');
  expect(scene.account.accessEntries).toEqual([]);
  expect(await objectsOfOurs()).toEqual([]);
  expect((await scene.run(clusterName, '--remove')).stdout).toContain("nothing of enroll's was there");
}, 120_000);

test('a dry run is checked by the server, tells what would change, and changes nothing', async () => {
  const { code, stdout } = await scene.run(clusterName, '--dry-run');
  expect(code).toBe(0);
  expect(stdout).toContain('+ would create   ClusterRole spot-responder');
  expect(stdout).toContain('16 of 16 would change; nothing was changed');
  expect(scene.account.accessEntries).toEqual([]);
  expect(await objectsOfOurs()).toEqual([]);
  await scene.run(clusterName);
  const before = scene.account.accessEntries.length;
  const removal = await scene.run(clusterName, '--remove', '--dry-run');
  expect(removal.stdout).toContain('- would remove   ClusterRoleBinding spot-responder');
  expect(scene.account.accessEntries).toHaveLength(before);
  expect((await objectsOfOurs()).length).toBeGreaterThan(0);
}, 120_000);

test('what was applied by hand is brought up to date, named as changed, and survives the removal', async () => {
  await applyManifest(admin, 'infra/k8s/rbac.yaml');
  const rbac = admin.makeApiClient(RbacAuthorizationV1Api);
  const role = await rbac.readClusterRole({ name: 'spot-responder-index' });
  await rbac.replaceClusterRole({ name: 'spot-responder-index', body: { ...role, rules: [] } });
  const changes = await changesOf();
  expect(changes['ClusterRole spot-responder-index']).toBe('updated');
  expect(changes['ClusterRole spot-responder']).toBe('unchanged');
  const removed = await changesOf('--remove');
  expect(removed['ClusterRole spot-responder-index']).toBe('left');
  expect(removed['ValidatingAdmissionPolicy spot-responder-nodes']).toBe('removed');
  expect((await objectsOfOurs()).length).toBe(4);
  for (const name of ['spot-responder', 'spot-responder-index']) {
    await rbac.deleteClusterRole({ name });
    await rbac.deleteClusterRoleBinding({ name });
  }
}, 120_000);

test('an object of an earlier version that the manifests no longer hold is removed', async () => {
  await applyYaml(
    admin,
    `
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: spot-responder-old, labels: { spot-responder/enrolled: created } }
rules: []
`,
  );
  expect((await changesOf())['ClusterRole spot-responder-old']).toBe('removed');
}, 120_000);

test('--kubeconfig is another way in; one that leads to another cluster is refused before anything is changed', async () => {
  const changes = await changesOf('--kubeconfig', adminKubeconfig);
  expect(changes['ClusterRole spot-responder']).toBe('created');
  scene.account.addCluster({ name: 'other', endpoint: 'https://other.example', ca: 'b3RoZXI=' });
  const wrong = await scene.run('other', '--kubeconfig', adminKubeconfig);
  expect(wrong.code).toBe(2);
  expect(wrong.stderr).toContain('which is not cluster other (https://other.example)');
}, 120_000);

test('an operator who may not change roles is told at the beginning, and nothing is changed', async () => {
  const kubeconfig = await plane.kubeconfigFor('viewer', ['viewers']);
  const { code, stderr } = await scene.run(clusterName, '--kubeconfig', kubeconfig);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^error: Cluster ml-prod: get .* is forbidden: .*administrator's identity/);
  expect(scene.account.accessEntries).toEqual([]);
}, 60_000);

test('an operator whom the cluster does not know is told how to get in', async () => {
  scene.account.addCluster({
    name: 'elsewhere',
    endpoint: plane.server,
    ca: Buffer.from(plane.caPem).toString('base64'),
  });
  // Its token names another cluster, which the authenticator refuses as EKS does.
  const { code, stderr } = await scene.run('elsewhere');
  expect(code).toBe(1);
  expect(stderr).toMatch(/does not know you \(401\).*AmazonEKSClusterAdminPolicy/);
}, 60_000);

test('a denied access entry is told with the permission, and the cluster is left as it was', async () => {
  scene.account.inject({ operation: 'CreateAccessEntry', times: 1, code: 'AccessDeniedException' });
  const { code, stderr } = await scene.run(clusterName);
  expect(code).toBe(1);
  expect(stderr).toContain('Allow eks:CreateAccessEntry on the access entry of');
  expect(await objectsOfOurs()).toEqual([]);
}, 60_000);
