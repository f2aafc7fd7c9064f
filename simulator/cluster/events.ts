import { z } from 'zod';
import type { ApiRequest } from './api-request.ts';
import { isDryRun, parseJson } from './delete-options.ts';
import { type Answer, badRequest, failure, namespaceTerminating, ok } from './status.ts';
import { keyOf } from './store.ts';
import { newMetadata, type World } from './world.ts';

const event = z.looseObject({
  metadata: z.looseObject({ name: z.string().optional(), generateName: z.string().optional() }),
  involvedObject: z.looseObject({ kind: z.string(), name: z.string() }),
  reason: z.string().optional(),
  message: z.string().optional(),
  type: z.string().optional(),
});

/** POST of a core `v1` Event. */
export function createEvent(world: World, request: ApiRequest): Answer {
  const parsed = event.safeParse(parseJson(request.body));
  if (!parsed.success) return badRequest(`the object provided is not an Event: ${parsed.error.message}`);
  const { name, generateName } = parsed.data.metadata;
  if (name === undefined && generateName === undefined) {
    return badRequest('resource name may not be empty');
  }
  const { namespace = 'default' } = request;
  const metadata = newMetadata(world, { name: name ?? `${generateName}${world.newSuffix(5)}`, namespace });
  if (world.events.get(keyOf(metadata)))
    return failure(409, 'AlreadyExists', `events "${metadata.name}" already exists`);
  if (world.terminatingNamespaces.has(namespace))
    return namespaceTerminating('events', metadata.name, namespace);
  const stored = { ...parsed.data, kind: 'Event', apiVersion: 'v1', metadata };
  return ok(isDryRun(request.query) ? stored : world.events.put(stored), 201);
}
