import type { ControlPlane } from '../../controlplane/control-plane.ts';
import type { SpotNode } from '../../controlplane/fleet/nodes.ts';
import type { AwsSide } from './aws.ts';

/** What a contestant gets: a filled cluster, and the nodes that are about to go. */
export interface Arena {
  readonly plane: ControlPlane;
  /** Where to reach the API server; further away than `plane.server` when latency is part of the trial. */
  readonly server: string;
  readonly doomed: readonly SpotNode[];
  /** The account in which the nodes are instances; a process of its own. */
  readonly aws: AwsSide;
}

export interface Contestant {
  readonly name: string;
  /** As the API server's audit log knows it. */
  readonly isUser: (user: string) => boolean;
  /** Everything that is running before an interruption. */
  prepare(arena: Arena): Promise<Ready>;
}

export interface Ready {
  /** The interruption: sends the events, or starts the commands. Resolves when nothing more will be done. */
  drain(until: Date): Promise<void>;
  /** CPU seconds and peak memory of the contestant's processes, from `drain` on. */
  cost(): Cost;
  close(): Promise<void>;
}

export interface Cost {
  readonly cpuSeconds: number;
  /** All its processes together, at the highest. */
  readonly peakMegabytes: number;
}
