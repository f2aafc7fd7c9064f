import type { FallbackDefinition, SizedGroup } from './pool-definition.ts';
import { DOLLARS, TAG, type TagReader, WHOLE } from './tags.ts';

/** A fallback group's own tags. */
export function readFallback(sized: SizedGroup, needsPrice: boolean, tags: TagReader): FallbackDefinition {
  const { group } = sized;
  const dollars = tags.number(group, TAG.dollarsPerNodeHour, DOLLARS);
  if (needsPrice && dollars === undefined)
    tags.note(
      `tag ${TAG.maxDollarsPerHour} limits the pool, but group ${group.name} has no ${TAG.dollarsPerNodeHour}; add what one of its nodes costs an hour`,
    );
  const maxNodes = tags.number(group, TAG.maxNodes, WHOLE);
  return {
    ...sized,
    priority: tags.number(group, TAG.priority, WHOLE) ?? 0,
    // Auto Scaling refuses more than its own maximum.
    maxNodes: Math.min(maxNodes ?? group.max, group.max),
    dollarsPerNodeHour: dollars ?? 0,
    launches: launchesOf(sized, tags),
  };
}

function launchesOf({ group }: SizedGroup, tags: TagReader): FallbackDefinition['launches'] {
  const chosen = group.tags[TAG.launch] ?? 'desired';
  if (chosen === 'desired') return 'desired';
  if (chosen !== 'instances')
    tags.note(`tag ${TAG.launch} of group ${group.name} is "${chosen}"; it must be desired or instances`);
  else if (group.nodeGroup)
    tags.note(
      `tag ${TAG.launch}=instances of group ${group.name} is for plain Auto Scaling groups; EKS owns node group ${group.nodeGroup}`,
    );
  // LaunchInstances is not there for groups with a warm pool: what waits in it is used through the desired capacity.
  return group.warm === undefined ? 'instances' : 'desired';
}
