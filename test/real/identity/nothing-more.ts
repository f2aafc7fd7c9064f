import { AppsV1Api, AuthorizationV1Api, RbacAuthorizationV1Api } from '@kubernetes/client-node';
import { describe, expect, test } from 'vitest';
import { granted, type Permission, permissionsOf } from './needed-rules.ts';
import { add, type IdentityScene, NAMESPACE, NODE } from './scene.ts';

/** What every authenticated user may ask about itself. */
const ABOUT_ITSELF = [
  'create selfsubjectaccessreviews',
  'create selfsubjectreviews',
  'create selfsubjectrulesreviews',
];

const namespace = NAMESPACE;
const ATTEMPTS: Readonly<Record<string, (scene: IdentityScene) => Promise<unknown>>> = {
  'read secrets': ({ me }) => me.listSecretForAllNamespaces(),
  'read one secret': ({ me }) => me.readNamespacedSecret({ name: 'any', namespace }),
  'read configuration': ({ me }) => me.listNamespacedConfigMap({ namespace }),
  "change a pod's image": async ({ me, newPod }) => {
    const { name } = await newPod();
    return me.patchNamespacedPod({ name, namespace, body: [add('/spec/containers/0/image', 'evil')] });
  },
  'replace a pod': async ({ me, newPod, plane }) => {
    const { name } = await newPod();
    const body = await plane.core.readNamespacedPod({ name, namespace });
    return me.replaceNamespacedPod({ name, namespace, body });
  },
  'create a pod': ({ me }) => me.createNamespacedPod({ namespace, body: { metadata: { name: 'new' } } }),
  'run a command in a pod': async ({ me, newPod }) =>
    me.connectGetNamespacedPodExec({ name: (await newPod()).name, namespace, command: 'id' }),
  'delete all pods of a namespace': ({ me }) => me.deleteCollectionNamespacedPod({ namespace }),
  'create a node': ({ me }) => me.createNode({ body: { metadata: { name: 'new' } } }),
  'remove a node': ({ me }) => me.deleteNode({ name: NODE }),
  'replace a node': async ({ me, plane }) =>
    me.replaceNode({ name: NODE, body: await plane.core.readNode({ name: NODE }) }),
  "change a node's status": ({ me }) => me.patchNodeStatus({ name: NODE, body: [] }),
  'become a service account': ({ me }) =>
    me.createNamespacedServiceAccountToken({
      name: 'default',
      namespace,
      body: { spec: { audiences: ['any'] } },
    }),
  'scale a Deployment elsewhere': ({ plane }) =>
    plane.asResponder
      .makeApiClient(AppsV1Api)
      .patchNamespacedDeploymentScale({ name: 'any', namespace, body: [add('/spec/replicas', 0)] }),
  "change a placeholder's image": ({ plane }) =>
    plane.asResponder
      .makeApiClient(AppsV1Api)
      .patchNamespacedDeployment({ name: 'a10g', namespace: 'spot-responder', body: [] }),
  'grant itself more': ({ plane }) =>
    plane.asResponder
      .makeApiClient(RbacAuthorizationV1Api)
      .patchClusterRole({ name: 'spot-responder', body: [add('/rules', [])] }),
};

export function nothingMoreCases(scene: () => IdentityScene): void {
  describe('nothing more is allowed', () => {
    test.each([
      ['spot-responder', namespace],
      ['spot-responder', 'spot-responder'],
      ['spot-responder', 'default'],
      ['spot-responder-index', namespace],
    ])('the server counts exactly the rules of %s in namespace %s', async (role, asked) => {
      const { index, plane } = scene();
      const config = role === 'spot-responder' ? plane.asResponder : index.config;
      const authorization = config.makeApiClient(AuthorizationV1Api);
      const body = { spec: { namespace: asked } };
      const { status } = await authorization.createSelfSubjectRulesReview({ body });
      const rules = status?.resourceRules ?? [];
      const allowed = rules.flatMap((rule) => permissionsOf(role, rule)).map(inWords);
      const ours = granted
        .filter((each) => (each.namespace ? each.namespace === asked : each.role === role))
        .map(inWords);
      const wanted = new Set([...ABOUT_ITSELF, ...ours]);
      expect([...new Set(allowed)].toSorted()).toEqual([...wanted].toSorted());
      const others = new Set(status?.nonResourceRules.flatMap(({ verbs }) => verbs));
      expect(others).toEqual(new Set(['get']));
    });

    test.each(Object.entries(ATTEMPTS))('the responder may not %s', async (_, attempt) => {
      await expect(attempt(scene())).rejects.toMatchObject({
        code: 403,
        body: expect.stringMatching(/cannot [a-z]+ resource/),
      });
    });
  });
}

function inWords({ resource, verb }: Permission): string {
  return `${verb} ${resource}`;
}
