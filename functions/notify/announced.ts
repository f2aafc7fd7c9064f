import * as z from 'zod/mini';
import { type Detail, type DetailType, SCHEMA_VERSION, SOURCE, schemas } from '../announce/schema.ts';
import { MalformedSignalError } from '../errors.ts';

/** One event of our own bus, as the notifier understands it. */
export type Announced = {
  [Type in DetailType]: { readonly type: Type; readonly detail: Detail<Type> };
}[DetailType];

/** An event that tells of one interruption. */
export type IncidentAnnounced = Exclude<Announced, { readonly type: 'Fallback Decided' }>;

export type Reading = Announced | { readonly type: 'ignored'; readonly reason: string };

/**
 * Reads an event of our bus. One of another source, of an unknown detail-type or of a later schema is ignored: the
 * responder of a newer deployment may say more than this notifier understands.
 *
 * @throws MalformedSignalError naming the field, when a known event lacks or mangles it; no retry can help.
 */
export function readAnnounced(event: unknown): Reading {
  const envelope = envelopeFields.safeParse(event);
  if (!envelope.success) throw malformed(envelope.error, '');
  const { source, detail } = envelope.data;
  const type = envelope.data['detail-type'];
  if (source !== SOURCE) return { type: 'ignored', reason: `source is "${source}", not ours` };
  if (!isDetailType(type)) return { type: 'ignored', reason: `detail-type "${type}" is not known` };
  const { schemaVersion } = detail;
  if (schemaVersion !== SCHEMA_VERSION) {
    return { type: 'ignored', reason: `schemaVersion is ${String(schemaVersion)}, this notifier reads 1` };
  }
  return readDetail(type, detail);
}

/** Also reads a detail that was kept in the table. */
export function readDetail(type: DetailType, detail: unknown): Announced {
  const parsed = z.safeParse(schemas[type], detail);
  if (!parsed.success) throw malformed(parsed.error, 'detail.');
  // The registry ties each type to its schema; TypeScript cannot follow an index by a union.
  return { type, detail: parsed.data } as Announced;
}

const envelopeFields = z.object({
  source: z.string(),
  'detail-type': z.string(),
  detail: z.record(z.string(), z.unknown()),
});

function isDetailType(text: string): text is DetailType {
  return Object.hasOwn(schemas, text);
}

function malformed(error: z.core.$ZodError, prefix: string): MalformedSignalError {
  const [issue] = error.issues;
  const field = `${prefix}${issue?.path.join('.') ?? ''}`;
  return new MalformedSignalError(field, issue?.message ?? 'cannot be read', { cause: error });
}
