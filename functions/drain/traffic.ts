import type { Clock } from '../clock.ts';
import { type BudgetShelf, openBudgetShelf } from './budget-shelf.ts';
import { openSlots, type Slots } from './slots.ts';

/** What all drains of one cluster in this process share, so that a storm's do not hinder each other. */
export interface Traffic {
  readonly slots: Slots;
  readonly shelf: BudgetShelf;
}

export function openTraffic(clock: Clock): Traffic {
  return { slots: openSlots(), shelf: openBudgetShelf(clock) };
}

export function trafficByCluster(clock: Clock): (clusterName: string) => Traffic {
  const known = new Map<string, Traffic>();
  return (clusterName) => {
    const traffic = known.get(clusterName) ?? openTraffic(clock);
    known.set(clusterName, traffic);
    return traffic;
  };
}
