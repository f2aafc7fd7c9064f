import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import {
  AuthorizationV1Api,
  loadAllYaml,
  RbacAuthorizationV1Api,
  type V1ClusterRole,
  type V1PolicyRule,
} from '@kubernetes/client-node';
import { describe, expect, test, vi } from 'vitest';
import type { ObjectEvent } from '../../../functions/cluster/port.ts';
import { collect } from '../../cluster/collect.ts';
import type { TestPlane } from '../../support/control-plane.ts';
import { type IdentityScene, NODE } from './scene.ts';

export interface Permission {
  /** The ClusterRole; it is bound to the group of the same name. */
  readonly role: string;
  readonly apiGroup: string;
  /** With its subresource, e.g. `pods/eviction`. */
  readonly resource: string;
  readonly verb: string;
}

/** Every verb on every resource that `infra/k8s/rbac.yaml` grants to a role. */
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
  'create events': ({ cluster }) => cluster.recordEvent(newEvent()),
};

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
      const use = () => found({ newPod, cluster: role === 'spot-responder' ? cluster : index.cluster });
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
  const manifest = await readFile(new URL('../../../infra/k8s/rbac.yaml', import.meta.url), 'utf8');
  const roles = loadAllYaml(manifest).filter((each): each is V1ClusterRole => each.kind === 'ClusterRole');
  return roles.flatMap(({ metadata, rules = [] }) =>
    rules.flatMap((rule) => permissionsOf(metadata?.name ?? '', rule)),
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
  await grant(plane, permission.role, others);
  await untilAllowed(plane, permission, false);
}

async function restore(plane: TestPlane, permission: Permission): Promise<void> {
  const all = granted.filter((each) => each.role === permission.role);
  await grant(plane, permission.role, all);
  await untilAllowed(plane, permission, true);
}

async function grant({ admin }: TestPlane, role: string, permissions: readonly Permission[]): Promise<void> {
  const rules = permissions.map(({ apiGroup, resource, verb }) => ({
    apiGroups: [apiGroup],
    resources: [resource],
    verbs: [verb],
  }));
  const body = [{ op: 'add', path: '/rules', value: rules }];
  await admin.makeApiClient(RbacAuthorizationV1Api).patchClusterRole({ name: role, body });
}

/** The authorizer hears of a changed role a moment later. */
async function untilAllowed(
  { admin }: TestPlane,
  { apiGroup: group, resource, role, verb }: Permission,
  wanted: boolean,
): Promise<void> {
  const [plural = '', subresource] = resource.split('/');
  const resourceAttributes = { group, verb, resource: plural, ...(subresource && { subresource }) };
  const spec = { user: 'anyone', groups: [role], resourceAttributes };
  const authorization = admin.makeApiClient(AuthorizationV1Api);
  const isAsWanted = async () =>
    (await authorization.createSubjectAccessReview({ body: { spec } })).status?.allowed === wanted;
  await vi.waitUntil(isAsWanted, { timeout: 15_000, interval: 20 });
}
