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

/** Whose story is told; a story of a greater fence is newer. */
export type IncidentIdentity = Pick<Lease, 'incidentId' | 'fence'>;

export type Claim = Found & {
  /** How the incident that was closed last ended, as it was to be told; nobody has written down that people were. */
  readonly untold?: string;
};

type Found =
  | {
      readonly type: 'claimed';
      readonly lease: Lease;
      readonly takeover: boolean;
      readonly supersedes?: InterruptionKind;
      /** Another incident of the instance that was open until this one came: nobody goes on with it. */
      readonly ousted?: OustedIncident;
      /** Set when other runs have worked on the same incident. */
      readonly earlier?: EarlierRuns;
    }
  /**
   * Nothing to do here: a live lease holds the same or a harder interruption. Or a harder one's run died, which
   * only a notice as hard may take over.
   */
  | { readonly type: 'joined'; readonly incidentId: string; readonly owner: string }
  /** This interruption (or a harder one) was already carried through. */
  | { readonly type: 'already-handled'; readonly incidentId: string; readonly outcome: string }
  /** Of a run that was to go on with an incident: that has ended, another run does, or another incident has come. */
  | { readonly type: 'moved-on'; readonly incidentId: string; readonly reason: string };

export type OustedIncident = Pick<IncidentRecord, 'incidentId' | 'kind' | 'severity' | 'noticedAt'> & {
  readonly deadline?: Date | undefined;
};

/** The run that shall be: `run` counts how often the incident was continued, this time included. */
export interface ResumedRun {
  readonly incidentId: string;
  readonly run: number;
}

/** What the row remembers of an incident's earlier runs. */
export interface EarlierRuns {
  /** How often the incident was continued, this time included. */
  readonly run: number;
  /** When the first run claimed it. */
  readonly begunAt: Date;
  /** The last one ended as `failed`. */
  readonly failed?: true;
  /** What the last one handed over, in the words of `Handover`. */
  readonly account?: string;
}

/** What a run leaves to the next. */
export interface Handover {
  /** The number of that next run. */
  readonly run: number;
  /** Pods that are still there, `namespace/name`, for people who look at the table. */
  readonly open: readonly string[];
  /** What became of pods so far; whoever writes it reads it. Absent where none was touched. */
  readonly account?: string;
  /** When the drain begins, where it has not yet. */
  readonly begunAt?: Date;
}

export interface IncidentRecord {
  readonly incidentId: string;
  readonly instanceId: string;
  readonly kind: InterruptionKind;
  readonly severity: Severity;
  readonly noticedAt: Date;
  readonly deadline?: Date;
  readonly state: 'open' | 'closed';
  readonly fence: number;
  /** How often it was continued in another invocation. */
  readonly run?: number;
  readonly outcome?: string;
  /** Whether this or an earlier incident of the instance may have left our cordon on its node. */
  readonly mayBeCordoned: boolean;
  readonly clusterName?: string;
  readonly nodeName?: string;
}

/** A closed incident, as it is kept for history. */
export interface IncidentClosing {
  readonly outcome: string;
  readonly clusterName?: string;
  readonly nodeName?: string;
  /** What people are to be told of it; the row keeps it until `told`, so that a run that dies in between loses nothing. */
  readonly toTell?: string;
  /** JSON-able summary, kept in the history row. */
  readonly summary: Readonly<Record<string, unknown>>;
}

/** Every write is conditional; `lost` means that a newer fence exists and this run must stop acting. */
export interface Incidents {
  /** @param how `isSecondLook`: another run has most likely claimed it already. It only saves requests. */
  claim(interruption: Interruption, how?: { readonly isSecondLook: boolean }): Promise<Claim>;
  /** Goes on with an incident that an earlier run handed over, or died on. */
  resume(interruption: Interruption, resumed: ResumedRun): Promise<Claim>;
  /** Leaves the incident to the next run: its memory and the lease's end in one write. */
  handOver(lease: Lease, handover: Handover): Promise<'handed-over' | 'lost'>;
  /** Extends the lease. */
  heartbeat(lease: Lease): Promise<'held' | 'lost'>;
  close(lease: Lease, closing: IncidentClosing): Promise<'closed' | 'lost'>;
  /** People were told what a closing left to be told: nobody needs to do it again. */
  told(instanceId: string, toTell: string): Promise<void>;
  /** Takes over a lease that its holder handed to us; `undefined` when it was no longer the holder's. */
  adopt(lease: Lease): Promise<Lease | undefined>;
  /** Gives the lease up without an outcome, so that the next delivery may claim at once. */
  release(lease: Lease): Promise<void>;
  get(instanceId: string): Promise<IncidentRecord | undefined>;
  /** Newest first. */
  history(day: Date): Promise<readonly Readonly<Record<string, unknown>>[]>;
}
