import { AdmissionregistrationV1Api } from '@kubernetes/client-node';
import { describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../../functions/clock.ts';
import { cordonInstance, uncordonNode } from '../../../functions/drain/cordon.ts';
import { add, type IdentityScene, INSTANCE, NAMESPACE, NODE, PROVIDER_ID, remove } from './scene.ts';

export function allowedChangesCases(scene: () => IdentityScene): void {
  const deps = () => ({ cluster: scene().cluster, clock: systemClock, random: Math.random });
  const cordon = (dryRun: boolean) =>
    cordonInstance(deps(), {
      instanceId: INSTANCE,
      nodeNameHint: NODE,
      providerIdHint: PROVIDER_ID,
      reason: 'spot-interruption',
      incidentId: 'incident-1',
      dryRun,
    });

  describe('what a drain does is allowed', () => {
    test('cordon and uncordon', async () => {
      const { cluster } = scene();
      const answer = await cordon(false);
      expect(answer).toMatchObject({ type: 'cordoned', node: { unschedulable: true } });
      const cordoned = await cluster.getNode(NODE);
      expect(cordoned && (await uncordonNode(deps(), cordoned, true))).toBe('uncordoned');
      expect(cordoned && (await uncordonNode(deps(), cordoned, false))).toBe('uncordoned');
    });

    test.each([true, false])(
      'condition, checkpoint request, eviction and deletion, dry run: %s',
      async (dryRun) => {
        const { cluster, newPod } = scene();
        const pod = await newPod();
        const options = { dryRun, gracePeriodSeconds: 20 };
        const request = 'spot-responder/checkpoint-request';
        expect(await cluster.annotatePod(pod, request, '{}', options)).toBe('patched');
        expect(await cluster.markDisrupted(pod, 'Why', 'why', options)).toBe('patched');
        expect(await cluster.evict(pod, options)).toEqual({ type: 'accepted' });
        expect(await cluster.deletePod(pod, options)).toEqual({ type: 'accepted' });
      },
    );

    test.each([
      ['that has finished', 'Succeeded', {}],
      ['without a grace of its own', 'Running', { terminationGracePeriodSeconds: 0 }],
    ])('deletion of a pod %s, to which the server gives no grace', async (_, phase, spec) => {
      const { cluster, newPod, plane } = scene();
      const pod = await newPod(spec);
      const body = [add('/status/phase', phase)];
      await plane.core.patchNamespacedPodStatus({ name: pod.name, namespace: NAMESPACE, body });
      expect(await cluster.deletePod(pod, { dryRun: false })).toEqual({ type: 'accepted' });
      expect(await cluster.deletePod(pod, { dryRun: false })).toEqual({ type: 'gone' });
    });

    test('a dry run of the cordon stores nothing', async () => {
      const before = await scene().cluster.getNode(NODE);
      expect(await cordon(true)).toMatchObject({ node: { unschedulable: true } });
      expect(await scene().cluster.getNode(NODE)).toEqual(before);
    });
  });

  test('nobody else is held by the policies', async () => {
    const { newPod, plane } = scene();
    const { name } = await newPod();
    const path = '/metadata/labels/x';
    await plane.core.patchNode({ name: NODE, body: [add(path, 'y')] });
    await plane.core.patchNode({ name: NODE, body: [remove(path)] });
    const body = [add(path, 'y'), add('/status/phase', 'Running')];
    await plane.core.patchNamespacedPodStatus({ name, namespace: NAMESPACE, body });
    await plane.core.deleteNamespacedPod({ name, namespace: NAMESPACE, gracePeriodSeconds: 0 });
  });

  test("another's policy that refuses the cordon is an error to mend, not a race to run again", async () => {
    const { plane } = scene();
    const admission = plane.admin.makeApiClient(AdmissionregistrationV1Api);
    await plane.apply(FOREIGN_POLICY);
    const refused = async () => {
      const answer = await cordon(true).catch((error: unknown) => error);
      return answer instanceof Error && answer;
    };
    const error = await vi.waitUntil(refused, { timeout: 15_000, interval: 50 });
    await admission.deleteValidatingAdmissionPolicyBinding({ name: 'foreign' });
    await admission.deleteValidatingAdmissionPolicy({ name: 'foreign' });
    expect(error).toMatchObject({
      name: 'ClusterError',
      fault: 'forbidden',
      message: expect.stringMatching(
        /an admission policy refused to patch nodes \(node node-1\).*not on Fridays/,
      ),
    });
    await vi.waitUntil(async () => !(await refused()), { timeout: 15_000, interval: 50 });
  });
}

/** Without a reason, so that its refusal is 422 like that of a patch that does not apply. */
const FOREIGN_POLICY = `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: { name: foreign }
spec:
  matchConstraints:
    resourceRules: [{ apiGroups: [''], apiVersions: [v1], resources: [nodes], operations: [UPDATE] }]
  validations: [{ expression: 'false', message: not on Fridays }]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: { name: foreign }
spec: { policyName: foreign, validationActions: [Deny] }
`;
