import type { Clock } from '../../functions/clock.ts';
import { DRILL_DESCRIPTIONS, describeAccessEntry } from '../../infra/outputs.ts';
import { type SimulatedAccount, startSimulatedAccount } from '../../simulator/account/account.ts';
import { region } from '../enroll/scene.ts';

export const INSTANCE = 'i-0aaaaaaaaaaaaaaa1';
export const DRILL_TAG = 'spot-responder/drill';
export const CLUSTER_TAGS = { 'kubernetes.io/cluster/ml-prod': 'owned' };

/** A spot node, the group `gpu`, and the stack with its experiment templates. */
export async function openAccount(clock: Clock): Promise<SimulatedAccount> {
  const account = await startSimulatedAccount({ clock, region });
  account.addInstance({ instanceId: INSTANCE, spot: true, tags: CLUSTER_TAGS });
  account.addAutoScalingGroup({ name: 'gpu', desired: 0, min: 0, max: 2 });
  deploy(account, { withDrills: true });
  return account;
}

export function deploy(account: SimulatedAccount, { withDrills }: { readonly withDrills: boolean }): void {
  const outputs = [
    { key: 'ResponderRole', value: 'arn', description: describeAccessEntry('spot-responder') },
    { key: 'Drill1', value: 'EXT1', description: DRILL_DESCRIPTIONS.interruption },
    { key: 'Drill2', value: 'EXT2', description: DRILL_DESCRIPTIONS.capacity },
  ];
  const type = 'AWS::FIS::ExperimentTemplate';
  account.addStack({
    name: 'SpotResponder',
    outputs: withDrills ? outputs : outputs.slice(0, 1),
    resources: ['EXT1', 'EXT2'].map((logicalId) => ({ logicalId, type })),
  });
}
