import type { ApiRequest } from './api-request.ts';
import { isDryRun, parseJson, readDeleteOptions } from './delete-options.ts';
import { checkPreconditions, deleteGracefully } from './deletion.ts';
import { applyJsonPatch, type PatchResult } from './json-patch.ts';
import type { ListedResource } from './list.ts';
import { applyMergePatch, applyStrategicPatch } from './merge-patch.ts';
import { omitEmptyMaps, type PodObject, podSchema } from './objects.ts';
import {
  type Answer,
  badRequest,
  notFound,
  ok,
  patchNotApplicable,
  refuseWrite,
  unsupportedMediaType,
} from './status.ts';
import type { World } from './world.ts';

export function podResource(world: World): ListedResource<PodObject> {
  return {
    apiVersion: 'v1',
    listKind: 'PodList',
    collection: world.pods,
    fields: {
      'metadata.name': ({ metadata }) => metadata.name,
      'metadata.namespace': ({ metadata }) => metadata.namespace ?? '',
      'spec.nodeName': ({ spec }) => spec.nodeName ?? '',
      'status.phase': ({ status }) => status.phase,
    },
  };
}

export function deletePod(world: World, request: ApiRequest): Answer {
  const options = readDeleteOptions(request);
  if (options === undefined) return badRequest('the object provided is not DeleteOptions');
  const pod = world.pods.get(`${request.namespace}/${request.name}`);
  if (pod === undefined) return notFound('pods', request.name ?? '');
  return checkPreconditions(pod, options) ?? ok(deleteGracefully(world, pod, options));
}

/** PATCH pods/status: status, labels and annotations are kept, a change of spec is silently dropped. */
export function patchPodStatus(world: World, request: ApiRequest): Answer {
  const name = request.name ?? '';
  const before = world.pods.get(`${request.namespace}/${name}`);
  if (before === undefined) return notFound('pods', name);
  const patch = PATCHES[request.contentType];
  if (patch === undefined) return unsupportedMediaType(Object.keys(PATCHES));
  const result = patch(omitEmptyMaps(before), parseJson(request.body));
  if (result.type === 'malformed') return badRequest(`error decoding patch: ${result.problem}`);
  if (result.type === 'not-applicable') return patchNotApplicable();
  const parsed = podSchema.safeParse(result.value);
  if (!parsed.success)
    return badRequest(`Pod in version "v1" cannot be handled as a Pod: ${parsed.error.message}`);
  const after = keepSpec(before, parsed.data);
  const refusal = refuseWrite('pods', before.metadata, parsed.data.metadata);
  if (refusal !== undefined) return refusal;
  return ok(isDryRun(request.query) ? after : world.pods.put(after));
}

const PATCHES: Readonly<Record<string, (target: object, patch: unknown) => PatchResult>> = {
  'application/json-patch+json': applyJsonPatch,
  'application/merge-patch+json': (target, patch) => merged(patch, () => applyMergePatch(target, patch)),
  'application/strategic-merge-patch+json': (target, patch) =>
    merged(patch, () => applyStrategicPatch(target, patch)),
};

function merged(patch: unknown, apply: () => unknown): PatchResult {
  if (patch === undefined) return { type: 'malformed', problem: 'not JSON' };
  return { type: 'patched', value: apply() };
}

/** Identity, spec and the state of deletion stay as they were; labels, annotations and status are the patch's. */
function keepSpec(before: PodObject, after: PodObject): PodObject {
  const { labels, annotations, resourceVersion } = after.metadata;
  return {
    ...before,
    metadata: { ...before.metadata, labels, annotations, resourceVersion },
    status: after.status,
  };
}
