import { ownerFromTags, POOL_KEY } from '../../locate/owner.ts';
import type { Group, InstanceType } from '../groups/port.ts';
import { readFallback } from './fallback-group.ts';
import { gpusPerNode } from './gpus-per-node.ts';
import { readPlaceholders } from './placeholders.ts';
import type { BrokenPool, Definitions, PoolDefinition, SizedGroup } from './pool-definition.ts';
import { DOLLARS, openTags, TAG, type TagReader, WHOLE } from './tags.ts';

/** Sorts groups into pools by their tags; pure. A pool with any problem is broken as a whole: half a pool would buy the wrong half. */
export function definePools(groups: readonly Group[], types: ReadonlyMap<string, InstanceType>): Definitions {
  const pools: PoolDefinition[] = [];
  const broken: BrokenPool[] = [];
  const byKey = Map.groupBy(groups, (group) => `${clusterOf(group) ?? '?'}/${group.tags[POOL_KEY] ?? ''}`);
  for (const [key, members] of byKey) {
    const cluster = members[0] && clusterOf(members[0]);
    const name = members[0]?.tags[POOL_KEY] ?? '';
    const tags = openTags();
    const account = members[0]?.account ?? '';
    const pool = definePool({ key, account, cluster: cluster ?? '', name }, members, types, tags);
    if (!cluster)
      tags.note(
        `no tag of group ${members[0]?.name} names its cluster; add kubernetes.io/cluster/NAME=owned`,
      );
    if (tags.problems.length === 0) pools.push(pool);
    else broken.push({ key, account, ...(cluster && { cluster }), name, problems: tags.problems });
  }
  return { pools, broken };
}

const DEFAULT_STEP_NODES = 10;
const DEFAULT_BOOT_MINUTES = 5;

function definePool(
  identity: Pick<PoolDefinition, 'key' | 'account' | 'cluster' | 'name'>,
  groups: readonly Group[],
  types: ReadonlyMap<string, InstanceType>,
  tags: TagReader,
): PoolDefinition {
  const { countsGpus, sized } = gpusPerNode(groups, types, tags);
  const role = (wanted: string) => sized.filter(({ group }) => group.tags[TAG.role] === wanted);
  const spot = role('spot');
  for (const { name, tags: own } of groups)
    if (own[TAG.role] !== 'spot' && own[TAG.role] !== 'fallback')
      tags.note(`tag ${TAG.role} of group ${name} is ${quoted(own[TAG.role])}; it must be spot or fallback`);
  for (const { group } of role('fallback'))
    if (TAG.placeholders in group.tags)
      tags.note(
        `tag ${TAG.placeholders} is on group ${group.name}, which is no spot group; put it on the group that the placeholders ask for`,
      );
  if (role('fallback').length === 0)
    tags.note(`pool ${identity.name} has no group with ${TAG.role}=fallback; tag one`);
  const whole = { ...WHOLE, least: 1 };
  const maxDollarsPerHour = tags.poolNumber(groups, TAG.maxDollarsPerHour, DOLLARS);
  const fallbacks = role('fallback').map((each) => readFallback(each, maxDollarsPerHour !== undefined, tags));
  const holdMinutes = tags.poolNumber(groups, TAG.holdMinutes, { ...WHOLE, most: 240 });
  return {
    ...identity,
    spot,
    fallbacks,
    countsGpus,
    stepNodes: tags.poolNumber(groups, TAG.stepNodes, whole) ?? DEFAULT_STEP_NODES,
    bootMinutes: tags.poolNumber(groups, TAG.bootMinutes, { ...whole, most: 60 }) ?? DEFAULT_BOOT_MINUTES,
    ...(maxDollarsPerHour !== undefined && { maxDollarsPerHour }),
    ...(holdMinutes !== undefined && { holdMinutes }),
    ...readWanted(spot, tags),
    ...readPlaceholders(spot, countsGpus, tags),
  };
}

function readWanted(spot: readonly SizedGroup[], tags: TagReader): Pick<PoolDefinition, 'wantedNodes'> {
  const [first, ...others] = spot.filter(({ group }) => TAG.wantedNodes in group.tags);
  if (!first) return {};
  if (others.length > 0 || spot.length > 1)
    tags.note(
      `tag ${TAG.wantedNodes} needs a pool with one spot group; group ${first.group.name} is not alone`,
    );
  const wantedNodes = tags.number(first.group, TAG.wantedNodes, { ...WHOLE, most: first.group.max });
  return wantedNodes === undefined ? {} : { wantedNodes };
}

function clusterOf({ tags }: Group): string | undefined {
  const ownership = ownerFromTags({ tags, operatorManaged: false });
  return ownership.type === 'owned' ? ownership.clusterName : undefined;
}

function quoted(text: string | undefined): string {
  return text === undefined ? 'missing' : `"${text}"`;
}
