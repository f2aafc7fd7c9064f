import type { Settings } from './config.ts';

/** The settings that the responder reads, as its variables; `functions/config.ts` has what each is for. */
export function policyEnvironment(settings: Settings): Record<string, string> {
  const { checkpointMarkers } = settings;
  return {
    ON_REBALANCE: settings.onRebalance,
    REBALANCE_CORDON_MINUTES: String(settings.rebalanceCordonMinutes),
    REBALANCE_CHECKPOINT_MINUTES: String(settings.rebalanceCheckpointMinutes),
    ON_SCHEDULED_CHANGE: settings.onScheduledChange,
    SCHEDULED_CHANGE_LEAD_MINUTES: String(settings.scheduledChangeLeadMinutes),
    DRAIN_SELF_MANAGED: String(settings.drainSelfManaged),
    LONGEST_DRAIN_MINUTES: String(settings.longestDrainMinutes),
    KUBERNETES_EVENTS: String(settings.kubernetesEvents),
    ...(checkpointMarkers && { CHECKPOINT_MARKERS: checkpointMarkers }),
  };
}

/** The other regions that a function serves. */
export function regionsEnvironment({ extraRegions }: Settings): Record<string, string> {
  return extraRegions.length > 0 ? { EXTRA_REGIONS: extraRegions.join(',') } : {};
}
