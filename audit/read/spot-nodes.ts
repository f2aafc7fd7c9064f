import { isSpotNode } from '../facts/spot.ts';
import type { Workload } from '../fleet.ts';
import { type AnyObject, node } from '../objects.ts';
import { parseAs } from './parse.ts';

type Taint = { readonly key: string; readonly value?: string | undefined; readonly effect: string };

/** The taints of each spot node that last: what keeps pods out of it. */
export function spotDoors(nodes: readonly AnyObject[]): readonly (readonly Taint[])[] {
  return nodes
    .filter(({ metadata }) => isSpotNode(metadata.labels ?? {}))
    .map((object) => parseAs(node, object, `Node ${object.metadata.name}`))
    .map(({ spec }) => (spec.taints ?? []).filter(isLasting));
}

/** A cordon and a sick node pass; a preference keeps nobody out. */
function isLasting({ effect, key }: Taint): boolean {
  return effect !== 'PreferNoSchedule' && !key.startsWith('node.') && !key.startsWith('spot-responder/');
}

/** A workload that tolerates the taints of no spot node is not on spot today. Without spot nodes nothing is known. */
export function onNodes(workload: Workload, doors: readonly (readonly Taint[])[]): Workload {
  const { tolerations = [] } = workload.template.spec;
  const isTolerated = (taint: Taint) => tolerations.some((each) => tolerates(each, taint));
  const getsIn = doors.length === 0 || doors.some((taints) => taints.every(isTolerated));
  return workload.spot === 'may' && !getsIn ? { ...workload, spot: 'not-today' } : workload;
}

type Toleration = NonNullable<Workload['template']['spec']['tolerations']>[number];

function tolerates({ effect, key, operator = 'Equal', value = '' }: Toleration, taint: Taint): boolean {
  if (effect !== undefined && effect !== '' && effect !== taint.effect) return false;
  if (key === undefined || key === '') return operator === 'Exists';
  return key === taint.key && (operator === 'Exists' || value === (taint.value ?? ''));
}
