import type { SimulatedResource } from './deployed.ts';
import type { AccountState } from './state.ts';

/** What some stack made under this id, unless somebody deleted it since. */
export function findResource(
  { stacks }: AccountState,
  type: string,
  physicalId: string,
): SimulatedResource | undefined {
  return [...stacks.values()]
    .flatMap(({ resources = [] }) => resources)
    .find((each) => each.type === type && physicalIdOf(each) === physicalId && !each.isGone);
}

export function physicalIdOf({ logicalId, physicalId = logicalId }: SimulatedResource): string {
  return physicalId;
}
