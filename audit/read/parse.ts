import type * as z from 'zod/mini';
import { ConfigurationError } from '../../functions/errors.ts';
import type { Place } from '../fleet.ts';

/** An object as it was read, and where. */
export interface Raw {
  readonly object: unknown;
  /** Absent in a cluster. */
  readonly place?: Place;
}

/** @throws ConfigurationError that names the object, where it is, and the field. */
export function parseAs<T>(schema: z.ZodMiniType<T>, value: unknown, who: string, place?: Place): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const field = issue?.path.map(String).join('.') || 'it';
  throw new ConfigurationError(
    `${sayPlace(place)}${who}: ${field} is not what Kubernetes takes there (${issue?.message ?? 'invalid'}). Mend it, or leave the object out.`,
  );
}

function sayPlace(place: Place | undefined): string {
  return place ? `${place.file}:${place.line}: ` : '';
}

/** What an object holds at a path of keys and list positions. */
export function at(value: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (isRecord(inner) || Array.isArray(inner) ? Reflect.get(inner, key) : undefined),
    value,
  );
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Without the keys that hold nothing, which YAML writes as null. */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isRecord(value)) return value;
  const kept = Object.entries(value).filter(([, inner]) => inner !== null && inner !== undefined);
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutNulls(inner)]));
}
