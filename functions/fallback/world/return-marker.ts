import type { ClusterNode } from '../../cluster/objects.ts';
import { readCordonRecord } from '../../drain/cordon-record.ts';

/** Names our return of a node in its cordon record: the marker lies on the node, so it survives every crash of ours. */
export function returnMarker(pool: string, since: Date): string {
  return `${PREFIX}${pool}/${Math.floor(since.getTime() / 1000)}`;
}

/** Since when we return the node; `undefined` when we do not, or an interruption has taken its cordon over. */
export function returningSince(node: ClusterNode): Date | undefined {
  const incident = readCordonRecord(node)?.incident;
  if (!incident?.startsWith(PREFIX)) return undefined;
  const seconds = Number(incident.split('/').at(-1));
  return Number.isInteger(seconds) ? new Date(seconds * 1000) : undefined;
}

/** The interruption that has cordoned the node. */
export function incidentOf(node: ClusterNode): string | undefined {
  const incident = readCordonRecord(node)?.incident;
  return incident?.startsWith(PREFIX) ? undefined : incident;
}

/** Since when the node's instance is under notice. */
export function doomedSince(node: ClusterNode): Date | undefined {
  const incident = incidentOf(node);
  if (!incident) return undefined;
  // `<instance>/<kind>/<epoch seconds of the first notice>`
  const seconds = Number(incident.split('/').at(-1));
  return Number.isInteger(seconds) ? new Date(seconds * 1000) : new Date(0);
}

const PREFIX = 'return-to-spot/';
