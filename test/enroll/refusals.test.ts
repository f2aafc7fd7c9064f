import { afterEach, beforeEach, expect, test } from 'vitest';
import { runHere } from '../cli/run-here.ts';
import { asOperator, clusterName, type EnrollScene, openEnrollScene, region } from './scene.ts';

let scene: EnrollScene;
beforeEach(async () => {
  scene = await openEnrollScene();
  // Nothing listens on port 9 here.
  scene.account.addCluster({ name: clusterName, endpoint: 'https://127.0.0.1:9', ca: 'Q0E=' });
});
afterEach(() => scene.close());

async function refusal(...args: string[]) {
  const { code, stderr, stdout } = await scene.run(...args);
  expect(stderr.trim().split('\n')).toHaveLength(1);
  return { code, stderr, stdout };
}

test('an unknown cluster', async () => {
  const { code, stderr } = await refusal('ml-test');
  expect(code).toBe(2);
  expect(stderr).toContain('CLUSTER ml-test: EKS has no cluster of that name in us-east-2');
});

test('an unknown stack', async () => {
  const { code, stderr } = await refusal(clusterName, '--stack', 'Responder');
  expect(code).toBe(2);
  expect(stderr).toContain('--stack Responder: there is no such stack in us-east-2');
});

test('a stack that is none of ours', async () => {
  scene.account.addStack({ name: 'Web', outputs: [{ key: 'Url', value: 'https://web.example' }] });
  const { code, stderr } = await refusal(clusterName, '--stack', 'Web');
  expect(code).toBe(2);
  expect(stderr).toContain("has no output that names the responder's roles");
});

test('a cluster without access entries: the exact command that changes that', async () => {
  scene.account.addCluster({
    name: clusterName,
    endpoint: 'https://127.0.0.1:9',
    ca: 'Q0E=',
    authenticationMode: 'CONFIG_MAP',
  });
  const { code, stderr } = await refusal(clusterName);
  expect(code).toBe(2);
  expect(stderr).toContain(
    'aws eks update-cluster-config --region us-east-2 --name ml-prod --access-config authenticationMode=API_AND_CONFIG_MAP',
  );
});

test('an API server that cannot be reached, before any access entry is made', async () => {
  const { code, stderr } = await refusal(clusterName);
  expect(code).toBe(1);
  expect(stderr).toContain('ECONNREFUSED');
  expect(stderr).toContain('https://127.0.0.1:9 can be reached from here');
  expect(scene.account.accessEntries).toEqual([]);
});

test.each([
  ['DescribeStacks', 'AccessDenied', 'Allow cloudformation:DescribeStacks on stack SpotResponder'],
  ['DescribeCluster', 'AccessDeniedException', 'Allow eks:DescribeCluster on cluster ml-prod'],
  ['DescribeCluster', 'ExpiredTokenException', 'Give valid AWS credentials'],
])('%s answered with %s', async (operation, code, remedy) => {
  scene.account.inject({ operation, times: 3, code });
  const run = await refusal(clusterName);
  expect(run.code).toBe(1);
  expect(run.stderr).toContain(remedy);
});

test('a missing argument and a missing kubeconfig', async () => {
  expect((await scene.run()).code).toBe(2);
  const { code, stderr } = await refusal(clusterName, '--kubeconfig', '/nowhere');
  expect(code).toBe(2);
  expect(stderr).toContain('Cannot read the kubeconfig /nowhere');
});

test('no Region anywhere', async () => {
  scene = await openEnrollScene({ AWS_REGION: '', AWS_CONFIG_FILE: '/nowhere' });
  const { code, stderr } = await refusal(clusterName);
  expect(code).toBe(2);
  expect(stderr).toContain('--region is missing');
});

test('a Region that is none', async () => {
  const { code, stderr } = await refusal(clusterName, '--region', 'us east');
  expect(code).toBe(2);
  expect(stderr).toContain('--region us east: that is no Region; name one such as us-east-2');
});

test('a cluster in a Region that the stack does not serve, which no interruption of would reach it', async () => {
  const { code, stderr } = await refusal(clusterName, '--region', 'us-west-2', '--stack-region', region);
  expect(code).toBe(2);
  expect(stderr).toContain('stack SpotResponder in us-east-2 does not serve us-west-2');
  expect(stderr).toContain('npx cdk deploy --all -c homeRegion=us-east-2 -c extraRegions=us-west-2');
  expect(scene.account.accessEntries).toEqual([]);
});

test.each([
  ['enroll', [clusterName]],
  ['doctor', []],
  ['fallback', ['explain', 'a10g']],
])('%s: a context of no kubeconfig, which would be overlooked', async (command, args) => {
  const { code, stderr } = await runHere(asOperator(scene.account), command, ...args, '--context', 'staging');
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr:
      'error: --context staging needs --kubeconfig: without a file the cluster is reached by an EKS token.\n',
  });
});

test('a cluster without a name', async () => {
  const { code, stderr } = await refusal('');
  expect(code).toBe(2);
  expect(stderr).toContain('the cluster’s name is empty');
});
