import { selects } from '../../functions/cluster/selector.ts';
import type { Spot } from '../fleet.ts';
import type { PodTemplate, Requirement } from '../objects.ts';

/** Labels that say how a node was bought, and their values for spot and on demand. */
const CAPACITY_LABELS: Readonly<Record<string, readonly [spot: string, onDemand: string]>> = {
  'capacity-type': ['spot', 'on-demand'],
  'eks.amazonaws.com/capacityType': ['SPOT', 'ON_DEMAND'],
  'karpenter.sh/capacity-type': ['spot', 'on-demand'],
  'node.kubernetes.io/lifecycle': ['spot', 'normal'],
};

export function isSpotNode(labels: Readonly<Record<string, string>>): boolean {
  return Object.entries(CAPACITY_LABELS).some(([key, [spot]]) => labels[key] === spot);
}

export function isCapacityLabel(key: string): boolean {
  return key in CAPACITY_LABELS;
}

/** What node selector and required affinity say of spot; preferences decide nothing. */
export function mayUse({ affinity, nodeSelector }: PodTemplate['spec']): Exclude<Spot, 'not-today'> {
  const chosen = Object.entries(nodeSelector ?? {}).map(([key, value]) => ({
    key,
    operator: 'In',
    values: [value],
  }));
  const terms = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  const any = (terms ?? [{}]).map(({ matchExpressions = [] }) => [...chosen, ...matchExpressions]);
  const [spot, onDemand] = [0, 1].map((side) => any.some((all) => fits(all, side)));
  if (!spot) return 'never';
  return onDemand ? 'may' : 'only';
}

/** Requirements on other labels say nothing about how a node was bought. */
function fits(requirements: readonly Requirement[], side: number): boolean {
  const labels = Object.entries(CAPACITY_LABELS).map(([key, values]) => [key, values[side] ?? '']);
  const matchExpressions = requirements.filter(({ key }) => isCapacityLabel(key));
  return selects({ matchExpressions }, Object.fromEntries(labels));
}
