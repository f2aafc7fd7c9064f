/**
 * The field types events are made of. `zod/mini` rather than `zod`: 15 KB in the bundle instead of 440 KB,
 * and a cold start counts against the two minutes.
 */
import * as z from 'zod/mini';
import { MalformedSignalError } from '../errors.ts';
import { asInstanceId } from './interruption.ts';

/** Parses `value`; throws `MalformedSignalError` naming the first wrong field, below `prefix` where given. */
export function readFields<S extends z.ZodMiniType>(schema: S, value: unknown, prefix?: string): z.output<S> {
  const result = z.safeParse(schema, value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const path = (issue?.path ?? []).map(String);
  const field = [...(prefix === undefined ? [] : [prefix]), ...path].join('.') || '(event)';
  throw new MalformedSignalError(field, describeProblem(issue, valueAt(value, path)));
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export const text = z.string().check(z.minLength(1));

export const account = z.string().check(z.regex(/^\d{12}$/, 'is not a 12-digit account id'));

export const instanceId = z.pipe(
  z.string(),
  z.transform((value: string, context) => {
    const id = asInstanceId(value);
    if (id !== undefined) return id;
    context.issues.push({ code: 'custom', message: 'is not an EC2 instance id', input: value });
    return z.NEVER;
  }),
);

/** ISO 8601 with a zone, as EventBridge and Auto Scaling write it. */
export const time = z.pipe(
  z.iso.datetime({ offset: true, error: 'is not an ISO 8601 time with a zone' }),
  z.transform((value: string) => new Date(value)),
);

export const instanceAction = z.enum(['terminate', 'stop', 'hibernate']);

function describeProblem(issue: z.core.$ZodIssue | undefined, found: unknown): string {
  if (found === undefined) return 'is missing';
  switch (issue?.code) {
    case 'invalid_type':
      return `is not of type ${issue.expected}`;
    case 'invalid_value':
      return `is none of ${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return 'is empty';
    default:
      return issue?.message ?? 'is not valid';
  }
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  let found = value;
  for (const key of path) {
    if (typeof found !== 'object' || found === null) return undefined;
    found = Reflect.get(found, key);
  }
  return found;
}
