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
