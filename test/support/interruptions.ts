import { asInstanceId, type InstanceId, type Interruption } from '../../functions/signals/interruption.ts';

/** @throws RangeError when the text is no instance id: a mistake in the test. */
export function instanceId(text: string): InstanceId {
  const id = asInstanceId(text);
  if (!id) throw new RangeError(`not an instance id: ${text}`);
  return id;
}

/** A spot interruption of the samples' instance, with what the test changes. */
export function anInterruption(part: Partial<Interruption> = {}): Interruption {
  return {
    kind: 'spot-interruption',
    severity: 'hard',
    instanceId: instanceId('i-0aaaaaaaaaaaaaaa1'),
    action: 'terminate',
    noticedAt: new Date('2026-11-20T10:00:05Z'),
    deadline: new Date('2026-11-20T10:02:05Z'),
    region: 'us-east-2',
    account: '111122223333',
    eventId: 'event-1',
    ...part,
  };
}
