import { describe, expect, test } from 'vitest';
import type { ClaimDenial, KarpenterView, NodeClaim } from '../../functions/cluster/karpenter-port.ts';
import type { ClusterNode } from '../../functions/cluster/objects.ts';
import type { PoolDefinition } from '../../functions/fallback/define/pool-definition.ts';
import { karpenterNodes, readKarpenterSide } from '../../functions/fallback/world/karpenter-side.ts';
import { asInstanceId, type InstanceId } from '../../functions/signals/interruption.ts';
import { at } from './pools.ts';

const POOL = 'a10g';
const LABELS = { 'spot-responder/pool': POOL, 'karpenter.sh/nodepool': 'gpu' };
const NOW = at(100);

const definition: PoolDefinition = {
  key: `demo/${POOL}`,
  account: '111122223333',
  cluster: 'demo',
  name: POOL,
  spot: [],
  fallbacks: [],
  countsGpus: true,
  stepNodes: 10,
  bootMinutes: 5,
};

function instance(number: number): InstanceId {
  const id = asInstanceId(`i-0aaaaaaaaaaaaaaa${number}`);
  if (!id) throw new RangeError(`no instance id for ${number}`);
  return id;
}

function providerId(number: number): string {
  return `aws:///us-east-2a/${instance(number)}`;
}

function node(number: number, over: Partial<ClusterNode> = {}): readonly [InstanceId, ClusterNode] {
  return [
    instance(number),
    {
      name: `node-${number}`,
      uid: `${number}`,
      resourceVersion: '1',
      providerId: providerId(number),
      labels: LABELS,
      annotations: {},
      taints: [],
      unschedulable: false,
      ready: true,
      gpus: 4,
      allocatableGpus: 4,
      ...over,
    },
  ];
}

function claim(over: Partial<NodeClaim> = {}): NodeClaim {
  const base = { name: 'gpu-x7k2p', labels: LABELS, providerId: '', gpus: 4, createdAt: at(99) };
  return { ...base, launch: { type: 'asked' }, ...over };
}

function denial(name: string): ClaimDenial {
  return { claim: name, at: at(98), message: 'all requested instance types were unavailable during launch' };
}

interface Seen extends Partial<KarpenterView> {
  readonly nodes?: readonly (readonly [InstanceId, ClusterNode])[];
}

function read({ nodes = [], claims = [], denials = [], ...rest }: Seen) {
  const nodePools = rest.nodePools ?? [{ name: 'gpu', labels: { 'spot-responder/pool': POOL } }];
  return readKarpenterSide({
    definition,
    view: {
      nodes: new Map(nodes),
      waiting: [],
      karpenter: { type: 'read', view: { nodePools, claims, denials } },
    },
    waiting: [],
    launches: [],
    launchTimes: new Map(),
    region: 'us-east-2',
    now: NOW,
  });
}

const LAUNCHED = { type: 'launched', at: at(97) } as const;

describe('claims that are on their way', () => {
  test.each<[string, Seen, readonly object[]]>([
    ['asked for just now', { claims: [claim()] }, [{ gpus: 4, since: at(99) }]],
    ['asked for two minutes ago, and no answer', { claims: [claim({ createdAt: at(98) })] }, []],
    [
      'launched',
      { claims: [claim({ createdAt: at(96), providerId: providerId(1), launch: LAUNCHED })] },
      [{ gpus: 4, since: at(97) }],
    ],
    [
      'launched, and its node is there',
      { nodes: [node(1)], claims: [claim({ providerId: providerId(1), launch: LAUNCHED })] },
      [],
    ],
    ['failed', { claims: [claim({ launch: { type: 'failed', at: at(99), message: 'no' } })] }, []],
    ['being deleted', { claims: [claim({ deletionTimestamp: at(99) })] }, []],
    ["another pool's", { claims: [claim({ labels: { 'spot-responder/pool': 'l4' } })] }, []],
  ])('%s', (_, seen, launching) => {
    expect(read(seen).launching).toEqual(launching);
  });
});

describe('what failed', () => {
  test('a denied claim is want of capacity, and says where to allow more', () => {
    const { lastFailure } = read({ denials: [denial('gpu-x7k2p')] });
    expect(lastFailure).toMatchObject({ kind: 'CAPACITY', at: at(98) });
    expect(lastFailure?.remedy).toContain('all requested instance types were unavailable');
  });

  test.each([
    ['of another NodePool', 'gpu-large-x7k2p', 'gpu'],
    ['of a NodePool of no pool of ours', 'cpu-x7k2p', 'gpu'],
  ])('a claim %s is none of ours', (_, name) => {
    expect(read({ denials: [denial(name)] }).lastFailure).toBeUndefined();
  });

  test('a NodePool whose name is cut in those of its claims is still known', () => {
    const name = 'g'.repeat(63);
    const nodePools = [{ name, labels: { 'spot-responder/pool': POOL } }];
    const { lastFailure } = read({ nodePools, denials: [denial(`${name.slice(0, 58)}x7k2p`)] });
    expect(lastFailure?.kind).toBe('CAPACITY');
  });

  test.each([
    ['VcpuLimitExceeded - You have requested more vCPU capacity than your limit allows', 'QUOTA'],
    ['creating instance, InvalidLaunchTemplateId.NotFound - no such template', 'CONFIG'],
  ])('a launch that failed with %s is %s', (message, kind) => {
    const claims = [claim({ launch: { type: 'failed', at: at(99), message } })];
    expect(read({ claims, denials: [denial('gpu-aaaaa')] }).lastFailure).toMatchObject({ kind, at: at(99) });
  });
});

test('a node whose claim is being deleted is about to go', () => {
  const claims = [claim({ providerId: providerId(1), launch: LAUNCHED, deletionTimestamp: at(99) })];
  const { doomed, readyGpus } = read({ nodes: [node(1), node(2)], claims });
  expect(doomed).toEqual([{ gpus: 4, since: at(99) }]);
  expect(readyGpus).toBe(4);
});

test('what Karpenter pays for a node does not matter; a node without a NodePool is not its own', () => {
  const onDemand = node(1, { labels: { ...LABELS, 'karpenter.sh/capacity-type': 'on-demand' } });
  const fallback = node(2, { labels: { 'spot-responder/pool': POOL } });
  const view = { nodes: new Map([onDemand, fallback]), waiting: [] };
  expect(karpenterNodes(definition, view).map(([, { name }]) => name)).toEqual(['node-1']);
});

test('where NodeClaims could not be read, its nodes still count', () => {
  const side = readKarpenterSide({
    definition,
    view: { nodes: new Map([node(1)]), waiting: [], karpenter: { type: 'missing', reason: 'forbidden' } },
    waiting: [],
    launches: [],
    launchTimes: new Map(),
    region: 'us-east-2',
    now: NOW,
  });
  expect(side).toMatchObject({ readyGpus: 4, launching: [] });
  expect(side.lastFailure).toBeUndefined();
});
