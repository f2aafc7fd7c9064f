import { describe, expect, test } from 'vitest';
import type { ObjectEvent } from '../../../functions/cluster/objects.ts';
import type { Lab } from '../lab.ts';

const TOLD = { type: 'Warning', reason: 'EvictionBlocked', message: 'by budget llm' } as const;

function eventAbout(about: ObjectEvent['about'], part: Partial<ObjectEvent> = {}): ObjectEvent {
  return { ...TOLD, name: `${about.name}.1`, about, at: new Date('2026-11-20T10:00:00Z'), ...part };
}

export function eventCases(lab: () => Lab): void {
  describe('Kubernetes Events', () => {
    test('of a pod are kept in its namespace, of a node in "default"', async () => {
      const { cluster, newNamespace, newNode, newPod, readEvents } = lab();
      const [node, namespace] = [await newNode(), await newNamespace()];
      const pod = await newPod(node, { namespace });
      const { name, uid } = pod;
      const ofPod = eventAbout({ kind: 'Pod', namespace, name, uid });
      const ofNode = eventAbout({ kind: 'Node', name: node.name, uid: node.uid });
      expect(await cluster.recordEvent(ofPod)).toEqual({ type: 'recorded' });
      expect(await cluster.recordEvent(ofNode)).toEqual({ type: 'recorded' });
      expect(await readEvents(uid)).toEqual([{ ...TOLD, namespace, component: 'spot-responder' }]);
      expect(await readEvents(node.uid)).toEqual([
        { ...TOLD, namespace: 'default', component: 'spot-responder' },
      ]);
    });

    test('told again under the same name is told once', async () => {
      const { cluster, newNode, readEvents } = lab();
      const { name, uid } = await newNode();
      const event = eventAbout({ kind: 'Node', name, uid });
      for (const message of ['first', 'second'])
        expect(await cluster.recordEvent({ ...event, message })).toEqual({ type: 'recorded' });
      expect(await readEvents(uid)).toMatchObject([{ message: 'first' }]);
    });

    test('a namespace that is going takes none, which is no fault of ours', async () => {
      const { cluster, newNamespace, newNode, newPod, readEvents, terminateNamespace } = lab();
      const namespace = await newNamespace();
      const { name, uid } = await newPod(await newNode(), { namespace });
      await terminateNamespace(namespace);
      const answer = await cluster.recordEvent(eventAbout({ kind: 'Pod', namespace, name, uid }));
      expect(answer).toMatchObject({ type: 'refused', reason: expect.stringContaining(namespace) });
      expect(await readEvents(uid)).toEqual([]);
    });
  });
}
