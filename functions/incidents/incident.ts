import type { Interruption, InterruptionKind, Severity } from '../signals/interruption.ts';

/**
 * One row per instance. The fence grows by one with every claim; a writer with an old fence loses every
 * conditional write, so two runs can never both believe that they own the node.
 */
export interface Lease {
  readonly instanceId: string;
  readonly incidentId: string;
  readonly owner: string;
  readonly fence: number;
}

export type Claim =
  | {
      readonly type: 'claimed';
      readonly lease: Lease;
      readonly takeover: boolean;
      readonly supersedes?: InterruptionKind;
    }
  /**
   * Nothing to do here: a live lease holds the same or a harder interruption. Or a harder one's run died, which
   * only a notice as hard may take over.
   */
  | { readonly type: 'joined'; readonly incidentId: string; readonly owner: string }
  /** This interruption (or a harder one) was already carried through. */
  | { readonly type: 'already-handled'; readonly incidentId: string; readonly outcome: string };

export interface IncidentRecord {
  readonly incidentId: string;
  readonly instanceId: string;
  readonly kind: InterruptionKind;
  readonly severity: Severity;
  readonly noticedAt: Date;
  readonly deadline?: Date;
  readonly state: 'open' | 'closed';
  readonly fence: number;
  readonly outcome?: string;
  readonly clusterName?: string;
  readonly nodeName?: string;
}

/** A closed incident, as it is kept for history. */
export interface IncidentClosing {
  readonly outcome: string;
  readonly clusterName?: string;
  readonly nodeName?: string;
  /** JSON-able summary, kept in the history row. */
  readonly summary: Readonly<Record<string, unknown>>;
}

/** Every write is conditional; `lost` means that a newer fence exists and this run must stop acting. */
export interface Incidents {
  claim(interruption: Interruption): Promise<Claim>;
  /** Extends the lease. */
  heartbeat(lease: Lease): Promise<'held' | 'lost'>;
  close(lease: Lease, closing: IncidentClosing): Promise<'closed' | 'lost'>;
  /** Takes over a lease that its holder handed to us; `undefined` when it was no longer the holder's. */
  adopt(lease: Lease): Promise<Lease | undefined>;
  /** Gives the lease up without an outcome, so that the next delivery may claim at once. */
  release(lease: Lease): Promise<void>;
  get(instanceId: string): Promise<IncidentRecord | undefined>;
  /** Newest first. */
  history(day: Date): Promise<readonly Readonly<Record<string, unknown>>[]>;
}
