import type { Rule } from '../rule.ts';
import { autoscalerFightsFallback } from './autoscaler-fights-fallback.ts';
import { barePod } from './bare-pod.ts';
import { blockingBudget } from './blocking-budget.ts';
import { exitZero } from './exit-zero.ts';
import { failurePolicy } from './failure-policy.ts';
import { graceBeyondNotice } from './grace-beyond-notice.ts';
import { latencyCritical } from './latency-critical.ts';
import { localVolume } from './local-volume.ts';
import { needsSpot } from './needs-spot.ts';
import { noBudget } from './no-budget.ts';
import { noCheckpoint } from './no-checkpoint.ts';
import { noFallback } from './no-fallback.ts';
import { noSpread } from './no-spread.ts';
import { oneTypeGroup } from './one-type-group.ts';
import { oneZoneGroup } from './one-zone-group.ts';
import { overlappingBudgets } from './overlapping-budgets.ts';
import { prestopBeyondGrace } from './prestop-beyond-grace.ts';
import { shortSave } from './short-save.ts';
import { singleReplica } from './single-replica.ts';
import { stateful } from './stateful.ts';
import { torchrunTimeout } from './torchrun-timeout.ts';
import { unheardRequest } from './unheard-request.ts';

/** In the order in which a person should mend what they find. */
export const RULES: readonly Rule[] = [
  latencyCritical,
  stateful,
  localVolume,
  barePod,
  singleReplica,
  noBudget,
  blockingBudget,
  overlappingBudgets,
  noSpread,
  needsSpot,
  noCheckpoint,
  unheardRequest,
  exitZero,
  torchrunTimeout,
  shortSave,
  failurePolicy,
  prestopBeyondGrace,
  graceBeyondNotice,
  oneTypeGroup,
  oneZoneGroup,
  noFallback,
  autoscalerFightsFallback,
];
