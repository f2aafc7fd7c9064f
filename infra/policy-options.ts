import { readConfig } from '../functions/config.ts';

/** What the responder does with each signal; `functions/config.ts` has what each may be. */
export interface PolicyOptions {
  /** On a rebalance recommendation: `tell`, `cordon` or `drain`. @default tell */
  readonly onRebalance?: string;
  /** Minutes after which such a cordon is taken back when no interruption has followed; 0: never. @default 60 */
  readonly rebalanceCordonMinutes?: number | string;
  /** On a rebalance, a training job is asked to save at most once in so many minutes. @default 10 */
  readonly rebalanceCheckpointMinutes?: number | string;
  /** On a scheduled change of AWS Health: `tell`, `cordon` or `drain`. @default tell */
  readonly onScheduledChange?: string;
  /** Minutes before the change at which that is done. @default 120 */
  readonly scheduledChangeLeadMinutes?: number | string;
  /** `true` drains nodes of Karpenter and EKS Auto Mode too. @default false */
  readonly drainSelfManaged?: boolean | string;
  /** Minutes after which a drain ends that no deadline ends sooner. @default 120 */
  readonly longestDrainMinutes?: number | string;
  /** `false` writes no Kubernetes Events on nodes and pods. @default true */
  readonly kubernetesEvents?: boolean | string;
}

const VARIABLES: Readonly<Record<keyof PolicyOptions, string>> = {
  onRebalance: 'ON_REBALANCE',
  rebalanceCordonMinutes: 'REBALANCE_CORDON_MINUTES',
  rebalanceCheckpointMinutes: 'REBALANCE_CHECKPOINT_MINUTES',
  onScheduledChange: 'ON_SCHEDULED_CHANGE',
  scheduledChangeLeadMinutes: 'SCHEDULED_CHANGE_LEAD_MINUTES',
  drainSelfManaged: 'DRAIN_SELF_MANAGED',
  longestDrainMinutes: 'LONGEST_DRAIN_MINUTES',
  kubernetesEvents: 'KUBERNETES_EVENTS',
};

/** By these names the command line gives them: `-c onRebalance=cordon`. */
export const POLICY_OPTIONS = Object.keys(VARIABLES) as readonly (keyof PolicyOptions)[];

/** What the stack sets itself. */
const SET = { AWS_REGION: '-', INCIDENT_TABLE: '-', EVENT_BUS: '-', CONTINUATION_QUEUE: '-' };

/**
 * The responder's variables; those that are not given keep their defaults there.
 *
 * @throws ConfigurationError as the responder itself would, at synth instead of at the first interruption.
 */
export function environmentOf(options: PolicyOptions): Readonly<Record<string, string>> {
  const given = POLICY_OPTIONS.flatMap((name) => {
    const value = options[name];
    return value === undefined ? [] : [[VARIABLES[name], String(value)] as const];
  });
  const environment = Object.fromEntries(given);
  readConfig({ ...SET, ...environment });
  return environment;
}
