import { openAccessEntries } from '../../enroll/access-entries.ts';
import { enrollCommandFor } from '../enroll-command.ts';
import type { Check, Finding } from '../finding.ts';
import type { ClusterPatient } from '../patient.ts';

/** The cluster lets each role of the stack in, as its group. */
export const accessCheck: Check<ClusterPatient> = {
  name: 'access entries',
  look: async (patient) => {
    const { cluster, place, stack } = patient;
    const entries = openAccessEntries(place.eks, cluster, place.region);
    return Promise.all(
      stack.roles.map(async ({ arn, group }): Promise<Finding> => {
        const about = `${cluster}: role ${arn.split('/').at(-1)}`;
        const remedy = enrollCommandFor(patient);
        const entry = await entries.find(arn);
        if (!entry) return { type: 'wrong', about, problem: 'it has no access entry', remedy };
        if (!entry.groups.includes(group))
          return { type: 'wrong', about, problem: `its access entry lacks the group ${group}`, remedy };
        return { type: 'ok', about, detail: `enters as ${group}` };
      }),
    );
  },
};
