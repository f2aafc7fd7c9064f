import type { InstanceId } from '../../../../functions/signals/interruption.ts';
import { type SimulatedAccount, startSimulatedAccount } from '../../../../simulator/account/account.ts';
import { movedClock, nameOf, type PlaneScene, region, requireId, startPlaneScene } from './plane-scene.ts';

/**
 * A real control plane, and an account in memory for what moto cannot say: launches that fail with AWS's words
 * (DescribeScalingActivities is empty there), LaunchInstances, and what a boot or a termination takes.
 */
export interface RealFallbackScene extends PlaneScene {
  readonly account: SimulatedAccount;
  members(group: string): readonly InstanceId[];
  /** The instance is ended by AWS. */
  lose(instanceId: string): Promise<void>;
  told(): readonly string[];
  decisions(): readonly { readonly reason: string; readonly refusals: readonly unknown[] }[];
}

export async function startRealFallback(): Promise<RealFallbackScene> {
  const clock = movedClock();
  const account = await startSimulatedAccount({ clock, region });
  const scene = await startPlaneScene(clock, account.endpoint);
  const writes: Promise<unknown>[] = [];
  account.onLaunch(({ instanceId }, group) => {
    writes.push(scene.join(instanceId, group));
  });
  account.onTermination((instanceId) => {
    writes.push(scene.plane.core.deleteNode({ name: nameOf(instanceId) }));
  });
  return {
    ...scene,
    account,
    run: async (seconds) => {
      const report = await scene.run(seconds);
      await Promise.all(writes.splice(0));
      return report;
    },
    members: (group) => account.instancesOf(group).map(({ instanceId }) => requireId(instanceId)),
    lose: async (instanceId) => {
      account.setInstanceState(instanceId, 'terminated');
      await scene.removeNode(instanceId);
    },
    told: () => account.events.map(({ detail }) => (detail as { action: string }).action),
    decisions: () =>
      account.events.map(({ detail }) => detail as ReturnType<RealFallbackScene['decisions']>[number]),
    close: async () => {
      await Promise.allSettled(writes);
      await Promise.all([scene.close(), account.close()]);
    },
  };
}
