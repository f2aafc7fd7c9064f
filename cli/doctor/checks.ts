import { accessCheck } from './checks/access.ts';
import { concurrencyCheck } from './checks/concurrency.ts';
import { deadLettersCheck } from './checks/dead-letters.ts';
import { forwardingCheck } from './checks/forwarding.ts';
import { functionsCheck } from './checks/functions.ts';
import { indexCheck } from './checks/index-rows.ts';
import { objectsCheck } from './checks/objects.ts';
import { permissionsCheck } from './checks/permissions.ts';
import { pollersCheck } from './checks/pollers.ts';
import { poolsCheck } from './checks/pools.ts';
import { rulesCheck } from './checks/rules.ts';
import { schedulesCheck } from './checks/schedules.ts';
import { slackCheck } from './checks/slack.ts';
import { stackCheck } from './checks/stack.ts';
import { tableCheck } from './checks/table.ts';
import { targetsCheck } from './checks/targets.ts';
import type { Check } from './finding.ts';
import type { ClusterPatient, Patient } from './patient.ts';

/** The chain from a rule to Slack, in its order. */
export const stackChecks: readonly Check<Patient>[] = [
  stackCheck,
  rulesCheck,
  targetsCheck,
  forwardingCheck,
  functionsCheck,
  concurrencyCheck,
  schedulesCheck,
  pollersCheck,
  deadLettersCheck,
  tableCheck,
  slackCheck,
  poolsCheck,
];

/** What each enrolled cluster has to have. */
export const clusterChecks: readonly Check<ClusterPatient>[] = [
  accessCheck,
  objectsCheck,
  permissionsCheck,
  indexCheck,
];
