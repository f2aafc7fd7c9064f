import { CoreV1Api, type KubeConfig } from '@kubernetes/client-node';
import { startSimulatedKubelet } from '../kubelet-stand-in.ts';
import { type FillOptions, fill } from './fill.ts';
import { fillByHand } from './fill-by-hand.ts';
import type { FleetPlan } from './plan.ts';

/** Fills a control plane, and keeps what it was filled with alive. */
export interface Fleet {
  fill(plan: FleetPlan, options?: FillOptions): Promise<void>;
  close(): Promise<void>;
}

/** With controllers and kwok they do it all; without, a stand-in for the kubelets runs here until closed. */
export function openFleet(admin: KubeConfig, controllers: boolean): Fleet {
  if (controllers)
    return { fill: (plan, options) => fill(admin, plan, options), close: async () => undefined };
  const kubelet = startSimulatedKubelet(admin.makeApiClient(CoreV1Api));
  return { fill: (plan, options) => fillByHand(admin, plan, options), close: kubelet.stop };
}
