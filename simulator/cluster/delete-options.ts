import { z } from 'zod';
import type { ApiRequest } from './api-request.ts';

/** `meta/v1` DeleteOptions as far as they are honoured here. */
const deleteOptions = z.looseObject({
  gracePeriodSeconds: z.number().int().nullish(),
  preconditions: z
    .looseObject({ uid: z.string().optional(), resourceVersion: z.string().optional() })
    .nullish(),
  dryRun: z.array(z.string()).nullish(),
});

const eviction = z.looseObject({
  apiVersion: z.literal('policy/v1'),
  kind: z.literal('Eviction'),
  metadata: z.looseObject({ name: z.string().optional(), namespace: z.string().optional() }).optional(),
  deleteOptions: deleteOptions.nullish(),
});

export interface DeleteOptions {
  readonly gracePeriodSeconds?: number;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly dryRun: boolean;
}

/** Body of a DELETE, or its query when it has none; undefined when the body is not DeleteOptions. */
export function readDeleteOptions({ body, query }: ApiRequest): DeleteOptions | undefined {
  const grace = query.get('gracePeriodSeconds');
  if (body === '') {
    return toOptions({ ...(grace !== null && { gracePeriodSeconds: Number(grace) }) }, isDryRun(query));
  }
  const parsed = deleteOptions.safeParse(parseJson(body));
  return parsed.success ? toOptions(parsed.data, false) : undefined;
}

/** Body of an eviction; undefined when it is not a `policy/v1` Eviction. */
export function readEviction({ body, query }: ApiRequest): (DeleteOptions & { name?: string }) | undefined {
  const parsed = eviction.safeParse(parseJson(body));
  if (!parsed.success) return undefined;
  const name = parsed.data.metadata?.name;
  return {
    ...toOptions(parsed.data.deleteOptions ?? {}, isDryRun(query)),
    ...(name === undefined ? {} : { name }),
  };
}

/** True for the server's own dry run: everything but the storing. */
export function isDryRun(query: URLSearchParams): boolean {
  return query.getAll('dryRun').includes('All');
}

function toOptions(given: z.infer<typeof deleteOptions>, dryRun: boolean): DeleteOptions {
  const { gracePeriodSeconds, preconditions } = given;
  return {
    ...(typeof gracePeriodSeconds === 'number' ? { gracePeriodSeconds } : {}),
    ...(preconditions?.uid === undefined ? {} : { uid: preconditions.uid }),
    ...(preconditions?.resourceVersion === undefined
      ? {}
      : { resourceVersion: preconditions.resourceVersion }),
    dryRun: dryRun || (given.dryRun ?? []).includes('All'),
  };
}

/** The parsed body, or undefined: no JSON value is undefined. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
