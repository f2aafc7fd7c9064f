import type { Location, Locator } from '../locate/located.ts';
import type { NodeIndex } from './node-index.ts';

/** Answers from the index, without EC2; what is not there, EC2 is asked for as if there were no index. */
export function indexedLocator(index: Pick<NodeIndex, 'find'>, ec2: Locator): Locator {
  return {
    locate: async (instanceId): Promise<Location> => {
      const instance = await index.find(instanceId);
      if (!instance) return ec2.locate(instanceId);
      return { type: 'located', instance, askEc2: () => ec2.locate(instanceId) };
    },
    instancesOfReservation: (reservationId) => ec2.instancesOfReservation(reservationId),
  };
}
