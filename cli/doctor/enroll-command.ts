import type { ClusterPatient } from './patient.ts';

/** The command that brings a cluster's access entries and objects up to date. */
export function enrollCommandFor({ cluster, place, region }: EnrollCase): string {
  return `spot-responder enroll ${cluster} ${enrollFlags(place.region, region)}`;
}

type EnrollCase = Pick<ClusterPatient, 'cluster' | 'place' | 'region'>;

/** Flags of `enroll` for a cluster in that region, of a stack that may be in another. */
export function enrollFlags(clusterRegion: string, stackRegion: string): string {
  const elsewhere = clusterRegion === stackRegion ? '' : ` --stack-region ${stackRegion}`;
  return `--region ${clusterRegion}${elsewhere}`;
}
