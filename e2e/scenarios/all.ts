import { clusterNotEnrolled } from './cluster-not-enrolled.ts';
import { rebalanceThenInterruption } from './rebalance-then-interruption.ts';
import type { Scenario } from './scenario.ts';
import { spotInterruption } from './spot-interruption.ts';
import { tableThrottled } from './table-throttled.ts';

/** In the order in which they run. */
export const scenarios: readonly Scenario[] = [
  spotInterruption,
  rebalanceThenInterruption,
  clusterNotEnrolled,
  tableThrottled,
];
