import * as z from 'zod/mini';
import { account, readFields, text } from './fields.ts';
import { asInstanceId, type InstanceAction, type InstanceId } from './interruption.ts';
import { ignore, type SignalKind } from './kind.ts';

/** Any Health event has these; the rest is read only of those that concern us. */
const topicFields = z.object({ service: z.string(), eventTypeCategory: z.string() });

const entity = z.object({ entityValue: z.string(), status: z.optional(z.string()) });
const changeFields = z.object({
  eventTypeCode: text,
  communicationId: text,
  startTime: z.pipe(z.string(), z.transform(toTime)),
  statusCode: text,
  eventRegion: text,
  affectedAccount: account,
  /** A string in the documented samples, a boolean to some consumers. */
  backupEvent: z.optional(z.unknown()),
  affectedEntities: z.optional(z.array(entity)),
});
type Change = z.output<typeof changeFields>;

/**
 * `AWS Health Event` about EC2's scheduled changes: retirement, reboot, maintenance, weeks ahead. Soft.
 *
 * Delivered more than once: in pages (each stands on its own), as a copy in a backup region, and to an
 * organisation's administrator. So the region is `eventRegion`, the account `affectedAccount`, and the event id
 * `affectedAccount/communicationId`, which is the same for every copy. `page` and `totalPages` are not needed.
 *
 * Source: AWS Health user guide, "AWS Health events Amazon EventBridge schema".
 */
export const healthEvent: SignalKind = {
  pattern: {
    source: ['aws.health'],
    'detail-type': ['AWS Health Event'],
    detail: { service: ['EC2'], eventTypeCategory: ['scheduledChange'] },
  },
  namesItsRegion: true,
  parse(detail, { time }, home) {
    const topic = readFields(topicFields, detail, 'detail');
    if (topic.service !== 'EC2') return ignore(`Health event of service ${topic.service}`);
    if (topic.eventTypeCategory !== 'scheduledChange') {
      return ignore(`Health event of category ${topic.eventTypeCategory}`);
    }
    const change = readFields(changeFields, detail, 'detail');
    if (change.eventRegion !== home.region) return ignore(elsewhere(change, home.region));
    const instanceIds = affectedInstances(change);
    if (instanceIds.length === 0)
      return ignore(`${change.eventTypeCode} names no instance that is still affected`);
    return {
      type: 'interruptions',
      interruptions: instanceIds.map((instanceId) => ({
        kind: 'scheduled-change',
        severity: 'soft',
        instanceId,
        action: actionOf(change.eventTypeCode),
        noticedAt: time,
        deadline: change.startTime,
        region: change.eventRegion,
        account: change.affectedAccount,
        eventId: `${change.affectedAccount}/${change.communicationId}`,
        ...(isOver(change) ? { cancelled: true } : {}),
      })),
    };
  },
};

/**
 * Milliseconds since 1970 of `Fri, 27 Nov 2026 13:00:00 GMT`, `undefined` when it is not such a date. The weekday is
 * not checked: AWS's own samples have it wrong.
 */
export function readHttpDate(value: string): number | undefined {
  const date = /^[A-Za-z]+, (\d{1,2} [A-Za-z]{3} \d{4} \d{2}:\d{2}:\d{2} GMT)$/.exec(value)?.[1];
  const milliseconds = date === undefined ? Number.NaN : Date.parse(date);
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}

function toTime(value: string, context: z.core.ParsePayload): Date {
  const milliseconds = readHttpDate(value);
  if (milliseconds !== undefined) return new Date(milliseconds);
  context.issues.push({
    code: 'custom',
    message: 'is not a date like "Fri, 27 Nov 2026 13:00:00 GMT"',
    input: value,
  });
  return z.NEVER;
}

function elsewhere({ eventTypeCode, eventRegion, backupEvent }: Change, homeRegion: string): string {
  const isBackup = backupEvent === true || (typeof backupEvent === 'string' && /^true$/i.test(backupEvent));
  return `${isBackup ? 'backup copy of ' : ''}${eventTypeCode} concerns region ${eventRegion}, not ${homeRegion}`;
}

/** Each once. Of a change that is over, all: those RESOLVED are the very ones whose notice is to be undone. */
function affectedInstances(change: Change): readonly InstanceId[] {
  const isDone = (status?: string) => !isOver(change) && (status === 'RESOLVED' || status === 'UNIMPAIRED');
  const ids = (change.affectedEntities ?? [])
    .filter(({ status }) => !isDone(status))
    .map(({ entityValue }) => asInstanceId(entityValue.replace(/^arn:[^/]*:instance\//, '')))
    .filter((id) => id !== undefined);
  return [...new Set(ids)];
}

function isOver({ statusCode, eventTypeCode }: Change): boolean {
  return statusCode === 'closed' || eventTypeCode.endsWith('_COMPLETED');
}

/** PERSISTENT instances have an EBS root and are stopped, also where the code speaks of retirement. */
function actionOf(eventTypeCode: string): InstanceAction {
  const words = new Set(eventTypeCode.split('_'));
  if (words.has('PERSISTENT')) return 'stop';
  if (words.has('RETIREMENT') || words.has('TERMINATION')) return 'terminate';
  if (words.has('STOP')) return 'stop';
  return words.has('REBOOT') ? 'reboot' : 'unknown';
}
