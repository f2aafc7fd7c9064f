import * as z from 'zod/mini';
import { connectAsOperator, findCluster } from '../../enroll/cluster.ts';
import { readManifests } from '../../enroll/manifests.ts';
import { type AccessQuestion, type KubeObject, openObjects } from '../../enroll/objects.ts';
import { enrollCommandFor } from '../enroll-command.ts';
import type { Check, Finding } from '../finding.ts';
import type { ClusterPatient } from '../patient.ts';

/** The cluster's own authorizer lets each group do all that it needs: whatever was bound, rebound or overruled there. */
export const permissionsCheck: Check<ClusterPatient> = {
  name: 'what the groups may do',
  look: async (patient): Promise<Finding[]> => {
    const { cluster, place, wayIn } = patient;
    const found = await findCluster(place.eks, cluster, place.region);
    const objects = openObjects(await connectAsOperator(place.eks, found, wayIn));
    const questions = neededBy(await readManifests());
    const answers = await Promise.all(questions.map((question) => objects.isAllowed(question)));
    const denied = questions.filter((_, at) => !answers[at]);
    if (denied.length === 0)
      return [{ type: 'ok', about: cluster, detail: `all ${questions.length} permissions in force` }];
    const groups = [...new Set(denied.map(({ group }) => group))];
    return groups.map((group): Finding => {
      const own = denied.filter((each) => each.group === group);
      const problem = `the API server does not let it ${own.map(inWords).join(', ')}`;
      const remedy = enrollCommandFor(patient);
      return { type: 'wrong', about: `${cluster}: group ${group}`, problem, remedy };
    });
  },
};

const role = z.object({
  rules: z.array(
    z.object({ apiGroups: z.array(z.string()), resources: z.array(z.string()), verbs: z.array(z.string()) }),
  ),
});
const binding = z.object({
  roleRef: z.object({ kind: z.string(), name: z.string() }),
  subjects: z.array(z.object({ kind: z.literal('Group'), name: z.string() })),
});

/** One question for each verb on each resource of each rule of a role that is bound to a group. */
function neededBy(manifests: readonly KubeObject[]): readonly AccessQuestion[] {
  const ofKind = (kind: string) => manifests.filter((each) => each.kind === kind);
  const bindings = [...ofKind('ClusterRoleBinding'), ...ofKind('RoleBinding')];
  return bindings.flatMap((object) => {
    const { roleRef, subjects } = binding.parse(object);
    const { namespace } = object.metadata;
    const where = namespace === undefined ? {} : { namespace };
    const bound = ofKind(roleRef.kind).find(({ metadata }) => metadata.name === roleRef.name);
    const { rules } = role.parse(bound);
    return subjects.flatMap(({ name: group }) =>
      rules.flatMap(({ apiGroups, resources, verbs }) =>
        apiGroups.flatMap((apiGroup) =>
          resources.flatMap((each) =>
            verbs.map((verb) => ({ group, verb, apiGroup, ...where, ...parts(each) })),
          ),
        ),
      ),
    );
  });
}

/** `pods/eviction` → resource and subresource. */
function parts(text: string): { readonly resource: string; readonly subresource?: string } {
  const [resource = '', subresource] = text.split('/');
  return { resource, ...(subresource !== undefined && { subresource }) };
}

function inWords({ resource, subresource, verb }: AccessQuestion): string {
  return `${verb} ${resource}${subresource === undefined ? '' : `/${subresource}`}`;
}
