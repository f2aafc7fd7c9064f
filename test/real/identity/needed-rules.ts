import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import {
  AuthorizationV1Api,
  loadAllYaml,
  RbacAuthorizationV1Api,
  type V1ClusterRole,
  type V1PolicyRule,
  type V1Role,
} from '@kubernetes/client-node';
import { describe, expect, test, vi } from 'vitest';
import type { ObjectEvent } from '../../../functions/cluster/objects.ts';
import { collect } from '../../cluster/collect.ts';
import type { TestPlane } from '../../support/control-plane.ts';
import { type IdentityScene, NODE } from './scene.ts';

export interface Permission {
  /** The ClusterRole; it is bound to the group of the same name. */
  readonly role: string;
  /** Of a Role. */
  readonly namespace?: string;
  readonly apiGroup: string;
  /** With its subresource, e.g. `pods/eviction`. */
  readonly resource: string;
  readonly verb: string;
}

/** Every verb on every resource that the manifests in `infra/k8s/` grant to a role. */
export const granted: readonly Permission[] = await readGranted();

type Parts = Pick<IdentityScene, 'cluster' | 'newPod'>;

/** What each permission is there for. */
const uses: Readonly<Record<string, (parts: Parts) => Promise<unknown>>> = {
  'get nodes': ({ cluster }) => cluster.getNode(NODE),
  'list nodes': ({ cluster }) => collect(cluster.listNodes()),
  'patch nodes': ({ cluster }) => cluster.patchNode(NODE, [], { dryRun: true }),
  'list pods': ({ cluster }) => cluster.listPodsOnNode(NODE),
  'watch pods': ({ cluster }) => collect(cluster.watchPodsOnNode(NODE, '', AbortSignal.timeout(200))),
  'create pods/eviction': async ({ cluster, newPod }) => cluster.evict(await newPod(), { dryRun: true }),
  'delete pods': async ({ cluster, newPod }) => cluster.deletePod(await newPod(), { dryRun: true }),
  'patch pods/status': async ({ cluster, newPod }) =>
    cluster.markDisrupted(await newPod(), 'Why', 'why', { dryRun: true }),
  'list poddisruptionbudgets': ({ cluster }) => cluster.listBudgets(),
  'get deployments/scale': ({ cluster }) => cluster.getScale(PLACEHOLDERS),
  'patch deployments/scale': ({ cluster }) => cluster.setScale(PLACEHOLDERS, 1, { dryRun: true }),
  'create events': ({ cluster }) => cluster.recordEvent(newEvent()),
  'list nodepools': ({ cluster }) => cluster.readKarpenter(),
  'list nodeclaims': ({ cluster }) => cluster.readKarpenter(),
  'list events': ({ cluster }) => cluster.readKarpenter(),
};

const PLACEHOLDERS = { namespace: 'spot-responder', name: 'a10g' };

function newEvent(): ObjectEvent {
  const about = { kind: 'Node', name: NODE, uid: 'any' } as const;
  return {
    name: `event-${randomUUID()}`,
    about,
    type: 'Normal',
    reason: 'Cordoned',
    message: 'why',
    at: new Date(),
  };
}

export function neededRulesCases(scene: () => IdentityScene): void {
  describe('each rule is needed', () => {
    test.each(granted)('$role without $verb $resource: the error names the rule', async (permission) => {
      const { apiGroup, resource, role, verb } = permission;
      const { cluster, index, newPod, plane } = scene();
      const found = uses[`${verb} ${resource}`];
      if (!found) throw new Error(`nothing here uses ${verb} ${resource}: is the rule needed?`);
      const use = () => found({ newPod, cluster: role === 'spot-responder-index' ? index.cluster : cluster });
      await use();
      await withhold(plane, permission);
      await expect(use()).rejects.toMatchObject({
        name: 'ClusterError',
        fault: 'forbidden',
        message: expect.stringContaining(
          `lacks the rule {apiGroups: ["${apiGroup}"], resources: ["${resource}"], verbs: ["${verb}"]}`,
        ),
      });
      await restore(plane, permission);
    });
  });
}

async function readGranted(): Promise<readonly Permission[]> {
  const manifests = await Promise.all(
    ['rbac', 'placeholders'].map((name) =>
      readFile(new URL(`../../../infra/k8s/${name}.yaml`, import.meta.url), 'utf8'),
    ),
  );
  const roles = manifests
    .flatMap((text) => loadAllYaml(text))
    .filter((each): each is V1ClusterRole | V1Role => ['ClusterRole', 'Role'].includes(each.kind ?? ''));
  return roles.flatMap(({ metadata, rules }) =>
    (rules ?? []).flatMap((rule) =>
      permissionsOf(metadata?.name ?? '', rule).map((each) => ({
        ...each,
        ...(metadata?.namespace && { namespace: metadata.namespace }),
      })),
    ),
  );
}

export function permissionsOf(
  role: string,
  { apiGroups = [], resources = [], verbs }: V1PolicyRule,
): Permission[] {
  return apiGroups.flatMap((apiGroup) =>
    resources.flatMap((resource) => verbs.map((verb) => ({ role, apiGroup, resource, verb }))),
  );
}

async function withhold(plane: TestPlane, permission: Permission): Promise<void> {
  const others = granted.filter((each) => each.role === permission.role && each !== permission);
  await grant(plane, permission, others);
  await untilAllowed(plane, permission, false);
}

async function restore(plane: TestPlane, permission: Permission): Promise<void> {
  const all = granted.filter((each) => each.role === permission.role);
  await grant(plane, permission, all);
  await untilAllowed(plane, permission, true);
}

async function grant(
  { admin }: TestPlane,
  { namespace, role: name }: Permission,
  permissions: readonly Permission[],
): Promise<void> {
  const rules = permissions.map(({ apiGroup, resource, verb }) => ({
    apiGroups: [apiGroup],
    resources: [resource],
    verbs: [verb],
  }));
  const body = [{ op: 'add', path: '/rules', value: rules }];
  const authorization = admin.makeApiClient(RbacAuthorizationV1Api);
  if (namespace) await authorization.patchNamespacedRole({ name, namespace, body });
  else await authorization.patchClusterRole({ name, body });
}

/** The authorizer hears of a changed role a moment later. */
async function untilAllowed(
  { admin }: TestPlane,
  { apiGroup: group, namespace, resource, role, verb }: Permission,
  wanted: boolean,
): Promise<void> {
  const [plural = '', subresource] = resource.split('/');
  const resourceAttributes = {
    group,
    verb,
    resource: plural,
    ...(subresource && { subresource }),
    ...(namespace && { namespace }),
  };
  // The Role's group is the responder's own.
  const groups = [namespace ? 'spot-responder' : role];
  const spec = { user: 'anyone', groups, resourceAttributes };
  const authorization = admin.makeApiClient(AuthorizationV1Api);
  const isAsWanted = async () =>
    (await authorization.createSubjectAccessReview({ body: { spec } })).status?.allowed === wanted;
  await vi.waitUntil(isAsWanted, { timeout: 15_000, interval: 20 });
}
