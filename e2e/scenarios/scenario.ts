import type { KubeConfig } from '@kubernetes/client-node';
import type { PlannedNode, PlannedWorkload } from '../../controlplane/fleet/plan.ts';
import type { SimulatedAccount } from '../../simulator/account/account.ts';
import type { Claims } from '../world/claims.ts';
import type { ClusterView } from '../world/cluster-view.ts';
import type { SimulatedWorld } from '../world/simulated.ts';
import type { Stage, StageOptions } from '../world/stage.ts';

/** What a scenario is told with beside the claims it makes: seconds, mostly. */
export type Figures = Readonly<Record<string, number | string>>;

export interface Scenario {
  readonly name: string;
  readonly about: string;
  /** Runs in the quick selection too. */
  readonly isQuick: boolean;
  /** Plays on a simulated cluster, for what this machine's real one cannot carry. @default the real one */
  readonly isSimulated?: boolean;
  /** Deployed for this region too, and the cluster is there. @default the home region only */
  readonly extraRegion?: string;
  readonly stage?: Partial<Pick<StageOptions, 'accountConcurrency' | 'first' | 'visibilitySeconds'>>;
  play(scene: Scene): Promise<Figures>;
}

/** What a scenario plays with. */
export interface Scene extends Stage, Pick<Claims, 'claim'> {
  /** The real one. */
  readonly cluster: ClusterView;
  /** Where the scenario asks for it. */
  readonly simulated?: SimulatedWorld;
  /** Of this scenario only; the cluster is shared. */
  readonly namespace: string;
  /** Starts so many spot instances and their nodes, with these workloads on them, and lets the index find them. */
  fill(
    nodes: number,
    workloads: (nodes: readonly PlannedNode[]) => readonly PlannedWorkload[],
  ): Promise<readonly SceneNode[]>;
  /** A file: a cluster administrator's. */
  readonly adminKubeconfig: string;
  readonly admin: KubeConfig;
  /** The node of an instance that the scenario started itself; ready soon after. */
  join(instanceId: string): Promise<string>;
  /** These services of the simulated account in place of moto's, which knows neither scarcity nor hooks nor prices. */
  borrow(services: readonly string[]): Promise<SimulatedAccount>;
  say(text: string): void;
  /** For figures that are told though a claim fails. */
  keep(figures: Figures): void;
  readonly signal: AbortSignal;
}

export interface SceneNode extends PlannedNode {
  readonly name: string;
}
