import { afterEach, beforeEach, expect, test } from 'vitest';
import { type DoctorScene, openDoctorScene } from '../scene.ts';

let scene: DoctorScene;
beforeEach(async () => {
  scene = await openDoctorScene();
});
afterEach(() => scene.close());

test('a role that the cluster does not let in, or as another group', async () => {
  const cluster = 'ml-prod';
  scene.account.addCluster({ name: cluster, endpoint: 'https://127.0.0.1:9', ca: 'Q0E=' });
  const entry = { cluster, tags: {} };
  scene.account.addAccessEntry({
    ...entry,
    principalArn: scene.roleOf('ResponderRole'),
    groups: ['spot-responder'],
  });
  scene.account.addAccessEntry({ ...entry, principalArn: scene.roleOf('IndexRole'), groups: [] });
  const findings = await scene.diagnose();
  expect(findings.filter(({ check }) => check === 'access entries')).toMatchObject([
    { type: 'ok', detail: 'enters as spot-responder' },
    {
      type: 'wrong',
      problem: 'it has no access entry',
      remedy: 'spot-responder enroll ml-prod --region us-east-2',
    },
    { type: 'wrong', problem: 'its access entry lacks the group spot-responder-index' },
  ]);
  for (const name of ['permissions and policies', 'what the groups may do'])
    expect(findings.filter(({ check }) => check === name)).toMatchObject([
      { type: 'not-seen', reason: expect.stringContaining('ECONNREFUSED') },
    ]);
}, 60_000);

test('a cluster of an extra region is found there, whether it is asked for or not, and its commands name both regions', async () => {
  const cluster = 'ml-west';
  scene.account.addCluster({
    name: cluster,
    region: 'eu-west-1',
    endpoint: 'https://127.0.0.1:9',
    ca: 'Q0E=',
  });
  expect(await scene.findingsOf('clusters')).toMatchObject([
    {
      type: 'wrong',
      about: 'us-east-2, eu-west-1',
      remedy:
        'spot-responder enroll CLUSTER --region eu-west-1 --stack-region us-east-2, of ml-west in eu-west-1',
    },
  ]);
  const principalArn = scene.roleOf('ResponderRole');
  scene.account.addAccessEntry({ cluster, principalArn, groups: ['spot-responder'], tags: {} });
  for (const args of [[], ['--cluster', cluster]]) {
    const findings = await scene.diagnose(...args);
    const remedy = 'spot-responder enroll ml-west --region eu-west-1 --stack-region us-east-2';
    expect(findings.filter(({ check }) => check === 'access entries')).toMatchObject([
      { type: 'ok', detail: 'enters as spot-responder' },
      { type: 'wrong', problem: 'it has no access entry', remedy },
      { type: 'wrong', problem: 'it has no access entry', remedy },
    ]);
    expect(findings.filter(({ check }) => check === 'node index')).toMatchObject([
      { type: 'wrong', problem: 'the index has never been let in', remedy: expect.stringContaining(remedy) },
    ]);
  }
}, 60_000);

test('a cluster that knows no access entries keeps nobody from looking at the next one', async () => {
  const place = { endpoint: 'https://127.0.0.1:9', ca: 'Q0E=' };
  scene.account.addCluster({ ...place, name: 'a-old', authenticationMode: 'CONFIG_MAP' });
  scene.account.addCluster({ ...place, name: 'b-new' });
  const principalArn = scene.roleOf('ResponderRole');
  scene.account.addAccessEntry({ cluster: 'b-new', principalArn, groups: ['spot-responder'], tags: {} });
  expect(await scene.findingsOf('clusters')).toMatchObject([
    { type: 'ok', detail: 'b-new enrolled; not enrolled: a-old' },
  ]);
}, 60_000);

test('a region that does not say its clusters takes nothing from the other', async () => {
  const place = { endpoint: 'https://127.0.0.1:9', ca: 'Q0E=' };
  scene.account.addCluster({ ...place, name: 'ml-west', region: 'eu-west-1' });
  const principalArn = scene.roleOf('ResponderRole');
  scene.account.addAccessEntry({ cluster: 'ml-west', principalArn, groups: ['spot-responder'], tags: {} });
  scene.account.inject({ operation: 'ListClusters', times: 1, code: 'AccessDeniedException' });
  expect(await scene.findingsOf('clusters')).toMatchObject([
    { type: 'ok', detail: 'ml-west in eu-west-1 enrolled' },
    { type: 'not-seen', about: 'us-east-2', permission: 'eks:ListClusters' },
  ]);
}, 60_000);
