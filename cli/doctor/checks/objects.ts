import { isDeepStrictEqual } from 'node:util';
import { connectAsOperator, findCluster } from '../../enroll/cluster.ts';
import { readManifests } from '../../enroll/manifests.ts';
import { nameOf, openObjects } from '../../enroll/objects.ts';
import { enrollCommandFor } from '../enroll-command.ts';
import type { Check, Finding } from '../finding.ts';
import type { ClusterPatient } from '../patient.ts';

/** The cluster holds our permissions and policies, as this version has them. */
export const objectsCheck: Check<ClusterPatient> = {
  name: 'permissions and policies',
  look: async (patient) => {
    const { cluster, place, wayIn } = patient;
    const found = await findCluster(place.eks, cluster, place.region);
    const objects = openObjects(await connectAsOperator(place.eks, found, wayIn));
    const manifests = await readManifests();
    const remedy = enrollCommandFor(patient);
    const wrong: Finding[] = [];
    for (const wanted of manifests) {
      const about = `${cluster}: ${nameOf(wanted)}`;
      const live = await objects.get(wanted);
      if (!live) wrong.push({ type: 'wrong', about, problem: 'it is not there', remedy });
      else if (!holds(live, wanted))
        wrong.push({ type: 'wrong', about, problem: 'it is not what this version needs', remedy });
    }
    if (wrong.length > 0) return wrong;
    return [{ type: 'ok', about: cluster, detail: `${manifests.length} objects, all current` }];
  },
};

/** The server adds defaults: what is wanted must be there, whatever else is. Lists count whole. */
function holds(live: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted))
    return (
      Array.isArray(live) &&
      live.length === wanted.length &&
      wanted.every((item, at) => holds(live[at], item))
    );
  if (typeof wanted !== 'object' || wanted === null) return isDeepStrictEqual(live, wanted);
  if (typeof live !== 'object' || live === null) return false;
  return Object.entries(wanted).every(([field, value]) => holds(Reflect.get(live, field), value));
}
