import { describe, expect, test } from 'vitest';
import type { Lab } from '../lab.ts';

const NOW = { dryRun: false } as const;
const REQUEST = 'spot-responder/checkpoint-request';

export function podStatusCases(lab: () => Lab): void {
  describe('pods/status', () => {
    test('the DisruptionTarget condition joins the others, and says the latest', async () => {
      const { cluster, newNode, newPod, readPod } = lab();
      const pod = await newPod(await newNode());
      const before = await readPod(pod);
      for (const message of ['first', 'second']) {
        expect(await cluster.markDisrupted(pod, 'DeletionBySpotResponder', message, NOW)).toBe('patched');
        const after = await readPod(pod);
        const [ours, others] = [
          after?.conditions.filter(({ type }) => type === 'DisruptionTarget'),
          after?.conditions.filter(({ type }) => type !== 'DisruptionTarget'),
        ];
        expect(ours).toEqual([
          { type: 'DisruptionTarget', status: 'True', reason: 'DeletionBySpotResponder', message },
        ]);
        expect(others).toEqual(before?.conditions);
      }
    });

    test('the condition of a dry run, of a pod gone, and of one recreated is not stored', async () => {
      const { cluster, newNode, newPod, readPod } = lab();
      const pod = await newPod(await newNode());
      const before = await readPod(pod);
      const mark = (changes: object, dryRun = false) =>
        cluster.markDisrupted({ ...pod, ...changes }, 'Why', 'why', { dryRun });
      expect(await mark({}, true)).toBe('patched');
      expect(await mark({ name: 'no-such-pod' })).toBe('gone');
      expect(await mark({ uid: 'an-earlier-one' })).toBe('gone');
      expect(await readPod(pod)).toEqual(before);
    });

    test.each([
      ['with annotations', { other: 'x' }],
      ['without any', {}],
    ])('one annotation of a pod %s is set; of two writers one wins', async (_, annotations) => {
      const { cluster, newNode, newPod, readPod } = lab();
      const pod = await newPod(await newNode(), { annotations });
      const before = await readPod(pod);
      const annotate = (value: string, dryRun = false) =>
        cluster.annotatePod(pod, REQUEST, value, { dryRun });
      expect(await annotate('rehearsed', true)).toBe('patched');
      expect(await readPod(pod)).toEqual(before);
      expect((await Promise.all([annotate('one'), annotate('two')])).toSorted()).toEqual([
        'conflict',
        'patched',
      ]);
      expect(await annotate('three')).toBe('conflict');
      const after = await readPod(pod);
      expect(after).toEqual({
        ...before,
        annotations: { ...before?.annotations, [REQUEST]: expect.stringMatching(/^(one|two)$/) },
      });
    });

    test('the annotation of a pod that was recreated or is gone is left alone', async () => {
      const { cluster, newNode, newPod, readPod } = lab();
      const pod = await newPod(await newNode());
      const before = await readPod(pod);
      expect(await cluster.annotatePod({ ...pod, uid: 'an-earlier-one' }, REQUEST, 'x', NOW)).toBe(
        'conflict',
      );
      expect(await cluster.annotatePod({ ...pod, name: 'no-such-pod' }, REQUEST, 'x', NOW)).toBe('gone');
      expect(await readPod(pod)).toEqual(before);
    });

    test('what a patch of pods/status changes of the spec is dropped', async () => {
      const { newNode, newPod, patchPodStatus, readPod } = lab();
      const pod = await newPod(await newNode(), { annotations: { other: 'x' } });
      const before = await readPod(pod);
      await patchPodStatus(pod, [
        { op: 'add', path: '/metadata/annotations/spot-responder~1x', value: 'y' },
        { op: 'replace', path: '/spec/containers/0/image', value: 'evil' },
        { op: 'replace', path: '/spec/terminationGracePeriodSeconds', value: 1 },
      ]);
      const after = await readPod(pod);
      expect(after).toEqual({ ...before, annotations: { ...before?.annotations, 'spot-responder/x': 'y' } });
    });
  });
}
