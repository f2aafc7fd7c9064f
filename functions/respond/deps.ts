import type { Announcer } from '../announce/bus.ts';
import type { Markers } from '../checkpoint/markers.ts';
import type { Clock } from '../clock.ts';
import type { ClusterPort } from '../cluster/port.ts';
import type { Continuations } from '../continuation/queue.ts';
import type { Traffic } from '../drain/traffic.ts';
import type { Incidents } from '../incidents/incident.ts';
import type { Leader } from '../leader/leader.ts';
import type { Hooks } from '../lifecycle/hooks.ts';
import type { Locator } from '../locate/located.ts';
import type { Log } from '../log.ts';
import type { Recorder } from '../recorder/recorder.ts';
import type { PolicyChoices } from './policy.ts';
import type { InterruptionReport, Moment } from './report.ts';

/** All that the story needs of the world. Handlers, replay and tests assemble it. */
export interface RespondDeps {
  readonly region: string;
  /** The same for another region that this deployment serves; nothing is shared but what knows no region. */
  readonly elsewhere?: ReadonlyMap<string, Omit<RespondDeps, 'elsewhere' | 'timeLeftMs'>>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly locator: Locator;
  /** A connection to the cluster's API server; cached by the implementation. */
  readonly connect: (clusterName: string) => Promise<ClusterPort>;
  /** What all drains of a cluster in this process share. */
  readonly traffic: (clusterName: string) => Traffic;
  /** Who drains the nodes of a cluster when several go at once. */
  readonly leader: Leader<InterruptionReport>;
  readonly incidents: Incidents;
  readonly markers: Markers;
  readonly announcer: Announcer;
  /** Kubernetes Events. */
  readonly recorder: Recorder;
  readonly hooks: Hooks;
  readonly choices: PolicyChoices;
  /** Seconds between heartbeats of a held lease. */
  readonly heartbeatSeconds: number;
  /** What is left for a later invocation. */
  readonly continuations: Continuations;
  /** Milliseconds until this invocation is cut off. */
  readonly timeLeftMs: () => number;
}

export interface RespondOptions {
  /** The plan is sent with the server's `dryRun=All`; the incident is not recorded, no hook is completed. */
  readonly dryRun: boolean;
  /** No other delivery of this event is sure to follow: a hook is answered even when the drain failed. */
  readonly lastTry: boolean;
  /** Aborts when the process must stop; the drain ends as `interrupted`. */
  readonly signal: AbortSignal;
  /** Called as things happen. Must not throw. */
  readonly observe: (instanceId: string, moment: Moment) => void;
}
