import type { Clock } from '../clock.ts';
import { type BudgetShelf, openBudgetShelf } from './budget-shelf.ts';
import { openSlots, type Slots } from './slots.ts';
import { openTurnstile, type Turnstile } from './turnstile.ts';

/** What all drains of one cluster in this process share, so that a storm's do not hinder each other. */
export interface Traffic {
  readonly slots: Slots;
  readonly shelf: BudgetShelf;
  /** For lists of a node's pods. */
  readonly lists: Turnstile;
}

/**
 * The API server's priority and fairness counts a list of pods as ten requests, whatever it returns: more at once
 * only wait in its queue, in front of the evictions, and past its end are refused (429).
 */
const LISTS_AT_ONCE = 4;

export function openTraffic(clock: Clock): Traffic {
  return { slots: openSlots(), shelf: openBudgetShelf(clock), lists: openTurnstile(LISTS_AT_ONCE) };
}

export function trafficByCluster(clock: Clock): (clusterName: string) => Traffic {
  const known = new Map<string, Traffic>();
  return (clusterName) => {
    const traffic = known.get(clusterName) ?? openTraffic(clock);
    known.set(clusterName, traffic);
    return traffic;
  };
}
