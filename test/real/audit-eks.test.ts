import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { worldCredentials } from '../../cli/replay/embedded-deps.ts';
import { applyManifest } from '../../controlplane/enrol.ts';
import { systemClock } from '../../functions/clock.ts';
import { type SimulatedAccount, startSimulatedAccount } from '../../simulator/account/account.ts';
import { runHere } from '../cli/run-here.ts';
import { clusterName, startTestPlane, type TestPlane } from '../support/control-plane.ts';
import { AUTOSCALER, addGroup, region } from './eks-groups.ts';

let plane: TestPlane;
let account: SimulatedAccount;

/** A real API server that takes the EKS token of the credentials. */
beforeAll(async () => {
  plane = await startTestPlane();
  await applyManifest(plane.admin, 'infra/k8s/audit.yaml');
  // The authenticator makes the identity one of group spot-responder, as an access entry would.
  await plane.apply(`
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: audit-by-access-entry }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: spot-responder-audit }
subjects: [{ apiGroup: rbac.authorization.k8s.io, kind: Group, name: spot-responder }]
`);
  await plane.apply(AUTOSCALER);
}, 120_000);
afterAll(() => plane?.close());

/** An account that says where it is. */
beforeEach(async () => {
  account = await startSimulatedAccount({ clock: systemClock, region });
  const ca = Buffer.from(plane.caPem).toString('base64');
  account.addCluster({ name: clusterName, endpoint: plane.server, ca });
});
afterEach(() => account.close());

interface Report {
  readonly nodeGroups: readonly Found[];
  readonly unread: readonly { readonly resource: string; readonly reason: string }[];
}

interface Found {
  readonly rule: string;
  readonly object: { readonly kind: string; readonly name: string };
  readonly why: string;
  readonly command: string;
}

/** The command line, with the AWS credentials that the cluster knows. */
async function audit(...flags: readonly string[]) {
  const environment = {
    AWS_ENDPOINT_URL: account.endpoint,
    AWS_ACCESS_KEY_ID: worldCredentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: worldCredentials.secretAccessKey,
    AWS_MAX_ATTEMPTS: '1',
    AWS_REGION: '',
  };
  const run = await runHere(environment, 'audit', '--cluster', clusterName, '--json', ...flags);
  const report: Report = run.stdout === '' ? { nodeGroups: [], unread: [] } : JSON.parse(run.stdout);
  const found = report.nodeGroups.map(({ object, rule }) => `${rule} of ${object.kind}/${object.name}`);
  return { ...run, ...report, found: found.sort() };
}

const inRegion = ['--region', region];
const pool = (role: string) => ({ 'spot-responder/pool': 'inference', 'spot-responder/role': role });

test('a spot group of one type in one zone without a fallback: three findings, though it has no node', async () => {
  addGroup(account, { name: 'narrow', spot: true, types: ['g5.xlarge'], zones: ['us-east-2a'] });
  const { code, found, nodeGroups, unread } = await audit(...inRegion, '--fail-on', 'warning');
  expect(found).toEqual([
    'no-fallback of NodeGroup/narrow',
    'one-type-group of NodeGroup/narrow',
    'one-zone-group of NodeGroup/narrow',
  ]);
  expect(nodeGroups[0]).toMatchObject({ why: expect.stringContaining('buys nothing but g5.xlarge') });
  expect({ code, unread }).toEqual({ code: 3, unread: [] });
});

test('an empty fallback group of the same pool is seen, and an autoscaler that would own it named with the command', async () => {
  addGroup(account, { name: 'inference-spot', spot: true, tags: pool('spot'), desired: 5 });
  addGroup(account, { name: 'inference-fallback', tags: pool('fallback') });
  const { found, nodeGroups } = await audit(...inRegion);
  expect(found).toEqual(['autoscaler-fights-fallback of Deployment/cluster-autoscaler']);
  expect(nodeGroups[0]?.command).toBe(
    'aws autoscaling delete-tags --tags ResourceId=eks-inference-fallback-0001,ResourceType=auto-scaling-group,' +
      'Key=k8s.io/cluster-autoscaler/enabled',
  );
});

test('a fleet set up as examples/terraform and examples/cdk have it, its fallback kept from the autoscaler, has no finding', async () => {
  addGroup(account, { name: 'inference-spot', spot: true, tags: pool('spot'), desired: 5 });
  addGroup(account, { name: 'inference-baseline', desired: 2 });
  addGroup(account, { name: 'inference-fallback', tags: pool('fallback'), isTaggedForAutoscaler: false });
  expect(await audit(...inRegion)).toMatchObject({ code: 0, found: [], unread: [] });
});

test('what AWS says takes the place of what nodes tell: three nodes of one type are no sign', async () => {
  for (const number of [1, 2, 3]) await plane.create(nodeOf('inference-spot', number));
  addGroup(account, { name: 'inference-spot', spot: true, tags: pool('spot'), desired: 3 });
  addGroup(account, { name: 'inference-fallback', tags: pool('fallback'), isTaggedForAutoscaler: false });
  expect((await audit(...inRegion)).found).toEqual([]);
});

test('groups of other clusters of the account are none of its business', async () => {
  account.addAutoScalingGroup({
    name: 'other',
    desired: 0,
    min: 0,
    max: 1,
    instanceType: 'g5.xlarge',
    spot: true,
    tags: { 'eks:cluster-name': 'other', 'eks:nodegroup-name': 'other' },
  });
  expect((await audit(...inRegion)).found.filter((each) => each.includes('other'))).toEqual([]);
});

test('who may not read node groups is told by which call, and the rest is judged', async () => {
  account.inject({ operation: 'DescribeAutoScalingGroups', times: 1, code: 'AccessDenied' });
  const { code, unread } = await audit(...inRegion);
  expect(unread).toEqual([
    {
      resource: 'node groups of EKS',
      reason: 'the AWS identity in use may not call DescribeAutoScalingGroups',
    },
  ]);
  expect(code).toBe(0);
});

test('a cluster that EKS does not know, and a Region that is missing, are one clear error', async () => {
  const unknown = await runHere(
    { AWS_ENDPOINT_URL: account.endpoint, AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: 'x' },
    ...['audit', '--cluster', 'nowhere', ...inRegion],
  );
  expect(unknown).toMatchObject({ code: 1, stdout: '' });
  expect(unknown.stderr).toMatch(/nowhere/);
  const noRegion = await audit();
  expect(noRegion).toMatchObject({ code: 2, stdout: '' });
  expect(noRegion.stderr).toMatch(/--region is missing/);
});

test('by kubeconfig and name alone, that AWS was not asked is said', async () => {
  const kubeconfig = await plane.kubeconfigFor('auditor', ['spot-responder-audit']);
  const { unread } = await audit('--kubeconfig', kubeconfig);
  expect(unread).toEqual([
    { resource: 'node groups of EKS', reason: 'no --region, and AWS_REGION is not set' },
  ]);
});

function nodeOf(group: string, number: number) {
  const labels = {
    'eks.amazonaws.com/nodegroup': group,
    'eks.amazonaws.com/capacityType': 'SPOT',
    'node.kubernetes.io/instance-type': 'g5.xlarge',
    'topology.kubernetes.io/zone': 'us-east-2a',
  };
  return { apiVersion: 'v1', kind: 'Node', metadata: { name: `${group}-${number}`, labels } };
}
