import { isRecord } from './fields.ts';
import { readHttpDate } from './health-event.ts';
import type { InstanceId } from './interruption.ts';
import { isNotification } from './sns-notification.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * A copy of the event as if it had been sent at `to`: every time the parser reads moves by the same amount, so a
 * notice keeps its length. Health's HTTP dates hold whole seconds, so those are cut to the second. An event
 * without a readable time of its own is returned as it is; the parser will say what is wrong with it.
 */
export function retimeEvent(event: unknown, to: Date): unknown {
  return editMessage(event, (body) => {
    const sentAt = readIso(body.time ?? body.Time);
    if (sentAt === undefined) return body;
    const shift = to.getTime() - sentAt;
    const moved = editFields(body, ['time', 'Time'], (value) => moveIso(value, shift));
    if (!isRecord(moved.detail)) return moved;
    const detail = editFields(moved.detail, ['instance-termination-time', 'end-date'], (value) =>
      moveIso(value, shift),
    );
    return { ...moved, detail: editFields(detail, ['startTime'], (value) => moveHttpDate(value, shift)) };
  });
}

/**
 * A copy of the event about another instance: every instance id the parser reads becomes `instanceId`. An event
 * that names no instance (a capacity block's end) is returned unchanged.
 */
export function aimEvent(event: unknown, instanceId: InstanceId): unknown {
  const aim = (value: unknown) => aimAt(value, instanceId);
  return editMessage(event, (body) => {
    const aimed = editFields(body, ['EC2InstanceId'], aim);
    if (!isRecord(aimed.detail)) return aimed;
    const detail = editFields(aimed.detail, ['instance-id', 'EC2InstanceId'], aim);
    return {
      ...aimed,
      detail: editFields(detail, ['affectedEntities'], (entities) => aimEntities(entities, aim)),
    };
  });
}

/** Edits the event, or the message in it when it came through SNS. What is not an object stays as it is. */
function editMessage(event: unknown, edit: (body: Fields) => Fields): unknown {
  if (!isRecord(event)) return event;
  if (!isNotification(event)) return edit(event);
  return editFields(event, ['Message'], (message) => {
    const body = typeof message === 'string' ? parseJson(message) : undefined;
    return isRecord(body) ? JSON.stringify(edit(body)) : message;
  });
}

function editFields(fields: Fields, names: readonly string[], edit: (value: unknown) => unknown): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, names.includes(name) ? edit(value) : value]),
  );
}

function aimEntities(entities: unknown, aim: (value: unknown) => unknown): unknown {
  if (!Array.isArray(entities)) return entities;
  return entities.map((entity: unknown) =>
    isRecord(entity) ? editFields(entity, ['entityValue'], aim) : entity,
  );
}

/** Keeps what surrounds the id in an ARN; leaves what is not an instance, such as a volume. */
function aimAt(value: unknown, instanceId: InstanceId): unknown {
  if (typeof value !== 'string') return value;
  return value.replace(/(^|:instance\/)i-[0-9a-f]+$/, (_id, before: string) => `${before}${instanceId}`);
}

function moveIso(value: unknown, shift: number): unknown {
  const milliseconds = readIso(value);
  // EventBridge writes no fraction of a second unless there is one.
  return milliseconds === undefined
    ? value
    : new Date(milliseconds + shift).toISOString().replace('.000Z', 'Z');
}

function moveHttpDate(value: unknown, shift: number): unknown {
  const milliseconds = typeof value === 'string' ? readHttpDate(value) : undefined;
  return milliseconds === undefined ? value : new Date(milliseconds + shift).toUTCString();
}

function readIso(value: unknown): number | undefined {
  const milliseconds = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
