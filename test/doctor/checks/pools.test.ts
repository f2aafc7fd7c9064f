import { afterEach, beforeEach, expect, test } from 'vitest';
import { poolGroup } from '../../../simulator/account/pool-groups.ts';
import { type DoctorScene, openDoctorScene } from '../scene.ts';

let scene: DoctorScene;
beforeEach(async () => {
  scene = await openDoctorScene();
});
afterEach(() => scene.close());

test('a pool whose tags make no sense', async () => {
  scene.account.addAutoScalingGroup({
    name: 'gpu',
    desired: 1,
    min: 0,
    max: 2,
    tags: { 'spot-responder/pool': 'a10g' },
  });
  expect(await scene.findingsOf('fallback pools')).toMatchObject([
    {
      type: 'wrong',
      problem: expect.stringContaining('gpu'),
      remedy: expect.stringContaining('fallback explain a10g'),
    },
  ]);
}, 60_000);

test('a fallback group that Cluster Autoscaler would find is named, with the command that takes it away', async () => {
  const common = { cluster: 'ml-prod', pool: 'a10g' };
  scene.account.addAutoScalingGroup(poolGroup({ ...common, name: 'spot', role: 'spot' }));
  const fallback = poolGroup({ ...common, name: 'on-demand', role: 'fallback' });
  const found = { 'k8s.io/cluster-autoscaler/enabled': 'true' };
  scene.account.addAutoScalingGroup({
    ...fallback,
    otherTypes: ['g5.12xlarge'],
    tags: { ...fallback.tags, ...found },
  });
  expect(await scene.findingsOf('fallback pools')).toMatchObject([
    {
      type: 'ok',
      detail: expect.stringContaining(
        'aws autoscaling delete-tags --region us-east-2 --tags ResourceId=on-demand,ResourceType=auto-scaling-group,Key=k8s.io/cluster-autoscaler/enabled',
      ),
    },
  ]);
}, 60_000);

test('pools of an extra region are looked at there, and their commands name it', async () => {
  const tags = { 'spot-responder/pool': 'a10g' };
  const group = { name: 'gpu', desired: 1, min: 0, max: 2, tags };
  scene.account.addAutoScalingGroup({ ...group, region: 'eu-west-1' });
  expect(await scene.findingsOf('fallback pools')).toMatchObject([
    {
      type: 'wrong',
      about: expect.stringContaining('in eu-west-1'),
      remedy: expect.stringContaining(
        'fallback explain a10g --dry-run --region eu-west-1 --home-region us-east-2',
      ),
    },
  ]);
}, 60_000);
