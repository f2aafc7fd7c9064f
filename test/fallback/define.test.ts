import { expect, test } from 'vitest';
import { definePools } from '../../functions/fallback/define/define-pools.ts';
import type { Group } from '../../functions/fallback/groups/port.ts';

const TYPES = new Map([['g5.xlarge', { gpus: 1, gpuModel: 'A10G' }]]);

type Tags = Readonly<Record<string, string>>;

function group(name: string, role: string, tags: Tags, over: Partial<Group> = {}): Group {
  return {
    name,
    account: '111122223333',
    tags: {
      'eks:cluster-name': 'demo',
      'spot-responder/pool': 'a10g',
      'spot-responder/role': role,
      ...tags,
    },
    desired: 1,
    min: 0,
    max: 4,
    zones: ['us-east-2a'],
    instanceTypes: ['g5.xlarge'],
    members: [],
    isSuspended: false,
    ...over,
  };
}

function problemsOf(spot: Tags, fallback: Tags = {}): readonly string[] {
  const groups = [group('spot', 'spot', spot), group('on-demand', 'fallback', fallback)];
  return definePools(groups, TYPES).broken.flatMap(({ problems }) => problems);
}

const PLACEHOLDERS = 'spot-responder/placeholders';

test.each([
  ['in capitals', 'A10G'],
  ['with its namespace', 'spot-responder/a10g'],
  ['empty', ''],
  ['as a number of them', '3 pods'],
  ['longer than a name may be', 'a'.repeat(64)],
])('placeholders %s are told by group, value and what it must be', (_, value) => {
  expect(problemsOf({ [PLACEHOLDERS]: value })).toEqual([
    `tag ${PLACEHOLDERS} of group spot is "${value}"; it must be the name of a Deployment in the namespace spot-responder: small letters, digits and hyphens, 63 at most`,
  ]);
});

test('placeholders on a fallback group are told: they ask for spot', () => {
  expect(problemsOf({}, { [PLACEHOLDERS]: 'a10g' })).toEqual([
    `tag ${PLACEHOLDERS} is on group on-demand, which is no spot group; put it on the group that the placeholders ask for`,
  ]);
});

test('placeholders beside a wanted size are told: only one of them can set it', () => {
  const tags = { [PLACEHOLDERS]: 'a10g', 'spot-responder/wanted-nodes': '2' };
  expect(problemsOf(tags)).toEqual([expect.stringMatching(/^group spot has both .*; keep the first where/)]);
});

test('placeholders in a pool without GPUs are told', () => {
  const cpu = { instanceTypes: ['m6i.large'] };
  const groups = [
    group('spot', 'spot', { [PLACEHOLDERS]: 'web' }, cpu),
    group('on-demand', 'fallback', {}, cpu),
  ];
  const { broken } = definePools(groups, new Map([['m6i.large', { gpus: 0 }]]));
  expect(broken[0]?.problems).toEqual([
    expect.stringContaining(`tag ${PLACEHOLDERS} of group spot needs nodes with GPUs`),
  ]);
});

test('a Deployment of that name is taken as it is', () => {
  const { broken, pools } = definePools(
    [group('spot', 'spot', { [PLACEHOLDERS]: 'a10g-2' }), group('on-demand', 'fallback', {})],
    TYPES,
  );
  expect(broken).toEqual([]);
  expect(pools[0]?.placeholders).toEqual({ namespace: 'spot-responder', name: 'a10g-2' });
});

test.each<[string, Tags, Tags, RegExp]>([
  [
    'a role',
    { 'spot-responder/role': 'spare' },
    {},
    /role of group spot is "spare"; it must be spot or fallback/,
  ],
  [
    'a step',
    { 'spot-responder/step-nodes': '0' },
    {},
    /step-nodes of group spot is "0"; it must be a whole number from 1/,
  ],
  [
    'a hold',
    { 'spot-responder/hold-minutes': 'long' },
    {},
    /hold-minutes of group spot is "long"; .* from 0 to 240/,
  ],
  [
    'a way to launch',
    {},
    { 'spot-responder/launch': 'fleet' },
    /launch of group on-demand is "fleet"; it must be desired or instances/,
  ],
  [
    'a cap without a price',
    { 'spot-responder/max-dollars-per-hour': '9' },
    {},
    /has no spot-responder\/dollars-per-node-hour/,
  ],
])('%s that is wrong names group, value and remedy', (_, spot, fallback, problem) => {
  expect(problemsOf(spot, fallback).join('\n')).toMatch(problem);
});
