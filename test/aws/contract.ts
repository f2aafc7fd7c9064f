import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { asInstanceId, type InstanceId } from '../../functions/signals/interruption.ts';
import type { AwsLab, NewGroup } from './lab.ts';

/** What the fallback's port must answer over any AWS endpoint. */
export function describeAwsContract(name: string, start: () => Promise<AwsLab>): void {
  describe(`fallback groups on ${name}`, () => {
    let lab: AwsLab;
    let made = 0;

    beforeAll(async () => {
      lab = await start();
    }, 60_000);
    afterAll(() => lab.close());

    async function newGroup(options: Partial<NewGroup> = {}): Promise<string> {
      made += 1;
      const group = `gpu-${made}`;
      const tags = { 'spot-responder/pool': 'a10g', 'spot-responder/role': 'fallback' };
      await lab.createGroup({ name: group, desired: 1, min: 0, max: 3, tags, ...options });
      return group;
    }

    async function read(group: string) {
      return (await lab.port.listGroups()).find((each) => each.name === group);
    }

    async function firstMember(group: string): Promise<InstanceId> {
      const id = (await read(group))?.members[0]?.instanceId;
      if (!id) throw new Error(`${group} has no instance`);
      return id;
    }

    test('a group with our tag is found with its sizes, zones, tags and instances', async () => {
      const group = await newGroup({ desired: 2 });
      const found = await read(group);
      expect(found).toMatchObject({
        desired: 2,
        min: 0,
        max: 3,
        zones: ['us-east-2a'],
        tags: { 'spot-responder/pool': 'a10g', 'spot-responder/role': 'fallback' },
        isSuspended: false,
      });
      expect(found?.members).toHaveLength(2);
      expect(found?.members[0]).toMatchObject({ state: 'InService', zone: 'us-east-2a', isProtected: false });
    });

    test('a group without our tag is not found', async () => {
      const group = await newGroup({ tags: { team: 'web' } });
      expect(await read(group)).toBeUndefined();
    });

    test('the groups of a cluster are found by its tags, managed or not, empty and in no pool too, and no others', async () => {
      const name = `cluster-${made}`;
      const own = { [`kubernetes.io/cluster/${name}`]: 'owned', 'k8s.io/cluster-autoscaler/enabled': 'true' };
      const managed = { ...own, 'eks:cluster-name': name, 'eks:nodegroup-name': 'spot' };
      const groups = [
        await newGroup({ tags: managed, desired: 0 }),
        await newGroup({ tags: own, desired: 1 }),
      ];
      await newGroup({ tags: { 'eks:cluster-name': 'other', 'eks:nodegroup-name': 'spot' } });
      const found = await lab.readClusterGroups(name);
      expect(found.map((each) => each.name).sort()).toEqual(groups.sort());
      expect(found.find(({ nodeGroup }) => nodeGroup === 'spot')).toMatchObject({
        desired: 0,
        zones: ['us-east-2a'],
        ownTagKeys: expect.arrayContaining(Object.keys(managed)),
      });
    });

    test('more groups than a page holds are all found', async () => {
      const names = await Promise.all(Array.from({ length: 105 }, () => newGroup({ desired: 0 })));
      const found = new Set((await lab.port.listGroups()).map((each) => each.name));
      expect(names.filter((each) => !found.has(each))).toEqual([]);
    });

    test('a desired capacity is set, and setting it again changes nothing', async () => {
      const group = await newGroup();
      expect(await lab.port.setDesired(group, 3)).toEqual({ type: 'set' });
      expect(await lab.port.setDesired(group, 3)).toEqual({ type: 'set' });
      expect(await read(group)).toMatchObject({ desired: 3 });
      expect((await read(group))?.members).toHaveLength(3);
    });

    test('terminating an instance lowers the desired capacity by one, and no instance takes its place', async () => {
      const group = await newGroup({ desired: 2 });
      const instanceId = await firstMember(group);
      expect(await lab.port.terminate(instanceId)).toEqual({ type: 'terminating' });
      const left = await read(group);
      expect(left?.desired).toBe(1);
      expect(left?.members.map((each) => each.instanceId)).not.toContain(instanceId);
      expect(left?.members).toHaveLength(1);
    });

    test('launch times of instances are known, ids that EC2 does not know are left out', async () => {
      const instanceId = await firstMember(await newGroup());
      const stranger = asInstanceId('i-0fffffffffffffff9');
      const times = await lab.port.launchTimes([instanceId, ...(stranger ? [stranger] : [])]);
      expect([...times.keys()]).toEqual([instanceId]);
      expect(times.get(instanceId)).toBeInstanceOf(Date);
    });

    test('GPUs and their model are known by instance type', async () => {
      const types = await lab.port.describeTypes(['g5.12xlarge', 'm6i.large']);
      expect(types.get('g5.12xlarge')).toEqual({ gpus: 4, gpuModel: 'A10G' });
      expect(types.get('m6i.large')).toEqual({ gpus: 0 });
    });

    test('activities of all groups can be listed', async () => {
      expect(Array.isArray(await lab.port.listLaunches(new Date(0)))).toBe(true);
    });
  });
}
