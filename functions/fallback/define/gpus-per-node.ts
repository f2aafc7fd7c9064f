import type { Group, InstanceType } from '../groups/port.ts';
import type { SizedGroup } from './pool-definition.ts';
import { TAG, type TagReader, WHOLE } from './tags.ts';

/**
 * The pool's unit: GPUs of one model, or nodes where no group has GPUs. A group whose types differ cannot be counted
 * in nodes, and GPUs of two models do not stand in for each other.
 */
export function gpusPerNode(
  groups: readonly Group[],
  types: ReadonlyMap<string, InstanceType>,
  tags: TagReader,
): { readonly countsGpus: boolean; readonly sized: readonly SizedGroup[] } {
  const counts = groups.map((group) => ({ group, gpus: countOf(group, types, tags) }));
  const countsGpus = counts.some(({ gpus }) => gpus > 0);
  const models = new Set(
    groups.flatMap(({ instanceTypes }) => instanceTypes.flatMap((type) => types.get(type)?.gpuModel ?? [])),
  );
  if (models.size > 1)
    tags.note(
      `the groups of the pool have GPUs of several models (${[...models].join(', ')}); make a pool of each`,
    );
  if (!countsGpus) return { countsGpus, sized: groups.map((group) => ({ group, gpusPerNode: 1 })) };
  for (const { group, gpus } of counts)
    if (gpus === 0)
      tags.note(
        `how many GPUs a node of group ${group.name} has is not known, and other groups of the pool have some; add tag ${TAG.gpusPerNode}`,
      );
  return { countsGpus, sized: counts.map(({ group, gpus }) => ({ group, gpusPerNode: gpus })) };
}

function countOf(group: Group, types: ReadonlyMap<string, InstanceType>, tags: TagReader): number {
  const told = tags.number(group, TAG.gpusPerNode, { ...WHOLE, most: 64 });
  if (told !== undefined) return told;
  const counts = new Set(group.instanceTypes.map((type) => types.get(type)?.gpus ?? 0));
  if (counts.size > 1)
    tags.note(
      `the instance types of group ${group.name} have different numbers of GPUs (${group.instanceTypes.join(', ')}); use types with the same number, or add tag ${TAG.gpusPerNode} with the smallest`,
    );
  return [...counts][0] ?? 0;
}
