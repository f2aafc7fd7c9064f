import { clusterNotEnrolled } from './cluster-not-enrolled.ts';
import { deliveries } from './deliveries.ts';
import { extraRegion } from './extra-region.ts';
import { fallback } from './fallback.ts';
import { healthEvent } from './health-event.ts';
import { quietMinutes } from './quiet-minutes.ts';
import { rebalanceThenInterruption } from './rebalance-then-interruption.ts';
import { responderKilled } from './responder-killed.ts';
import { savings } from './savings.ts';
import type { Scenario } from './scenario.ts';
import { slackDown } from './slack-down.ts';
import { spotInterruption } from './spot-interruption.ts';
import { storm, stormOnTenFunctions } from './storm.ts';
import { tableThrottled } from './table-throttled.ts';
import { terminateHook } from './terminate-hook.ts';
import { thousand, thousandNotIndexed } from './thousand.ts';
import { trainingGang } from './training-gang.ts';
import { warmEnvironment } from './warm-environment.ts';

/** In the order in which they run. */
export const scenarios: readonly Scenario[] = [
  spotInterruption,
  quietMinutes,
  savings,
  warmEnvironment,
  rebalanceThenInterruption,
  trainingGang,
  healthEvent,
  terminateHook,
  fallback,
  clusterNotEnrolled,
  deliveries,
  extraRegion,
  tableThrottled,
  responderKilled,
  slackDown,
  storm,
  stormOnTenFunctions,
  thousand,
  thousandNotIndexed,
];
