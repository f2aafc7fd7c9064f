import type { ApiRequest } from './api-request.ts';
import { isDryRun, parseJson } from './delete-options.ts';
import { applyJsonPatch } from './json-patch.ts';
import type { ListedResource } from './list.ts';
import { type NodeObject, type NodeTaint, nodeSchema, omitEmptyMaps } from './objects.ts';
import {
  type Answer,
  badRequest,
  invalid,
  notFound,
  ok,
  patchNotApplicable,
  refuseWrite,
  unsupportedMediaType,
} from './status.ts';
import type { World } from './world.ts';

const JSON_PATCH = 'application/json-patch+json';

export function nodeResource(world: World): ListedResource<NodeObject> {
  return {
    apiVersion: 'v1',
    listKind: 'NodeList',
    collection: world.nodes,
    fields: {
      'metadata.name': ({ metadata }) => metadata.name,
      'spec.unschedulable': ({ spec }) => String(spec.unschedulable ?? false),
    },
  };
}

/** PATCH of a node, as JSON patch only: it alone can carry a `test`. */
export function patchNode(world: World, request: ApiRequest): Answer {
  const name = request.name ?? '';
  if (request.contentType !== JSON_PATCH) return unsupportedMediaType([JSON_PATCH]);
  const before = world.nodes.get(name);
  if (before === undefined) return notFound('nodes', name);
  const result = applyJsonPatch(omitEmptyMaps(before), parseJson(request.body));
  if (result.type === 'malformed') return badRequest(`error decoding patch: ${result.problem}`);
  if (result.type === 'not-applicable') return patchNotApplicable();
  const parsed = nodeSchema.safeParse(result.value);
  if (!parsed.success)
    return badRequest(`Node in version "v1" cannot be handled as a Node: ${parsed.error.message}`);
  const refusal = refuseNode(before, parsed.data);
  if (refusal !== undefined) return refusal;
  const after = noteCordon(before, omitEmpty(parsed.data), managerOf(request));
  return ok(isDryRun(request.query) ? after : world.nodes.put(after));
}

/** The server keeps no empty list and no `false`: the next patch finds the field absent. */
export function omitEmpty(node: NodeObject): NodeObject {
  const spec = { ...node.spec };
  if (spec.taints?.length === 0) Reflect.deleteProperty(spec, 'taints');
  if (spec.unschedulable === false) Reflect.deleteProperty(spec, 'unschedulable');
  return { ...node, spec };
}

/** As the server names it: what the writer says, or else its user agent up to the slash. */
function managerOf({ query, userAgent }: ApiRequest): string {
  return query.get('fieldManager') ?? userAgent.split('/')[0] ?? '';
}

/** A real server keeps who changed which field; here it is kept of the one that somebody asks for. */
function noteCordon(before: NodeObject, after: NodeObject, manager: string): NodeObject {
  const { unschedulable = false } = after.spec;
  if (unschedulable === (before.spec.unschedulable ?? false)) return after;
  const fieldsV1 = { 'f:spec': { 'f:unschedulable': {} } };
  const entry = { manager, operation: 'Update', apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1 };
  return { ...after, metadata: { ...after.metadata, managedFields: unschedulable ? [entry] : [] } };
}

function refuseNode(before: NodeObject, after: NodeObject): Answer | undefined {
  const { name } = before.metadata;
  const refusal = refuseWrite('nodes', before.metadata, after.metadata);
  if (refusal !== undefined) return refusal;
  const causes = duplicateTaints(after.spec.taints ?? []);
  return causes.length > 0 ? invalid('Node', name, causes) : undefined;
}

function duplicateTaints(taints: readonly NodeTaint[]) {
  const seen = new Set<string>();
  return taints.flatMap((taint, index) => {
    const identity = `${taint.key}:${taint.effect}`;
    if (!seen.has(identity)) {
      seen.add(identity);
      return [];
    }
    const { key, value = '', effect } = taint;
    const shown = JSON.stringify({ key, value, effect });
    return [
      {
        reason: 'FieldValueDuplicate',
        message: `Duplicate value: ${shown}: taints must be unique by key and effect pair`,
        field: `metadata.taints[${index}]`,
      },
    ];
  });
}
