import type { V1ManagedFieldsEntry, V1Node } from '@kubernetes/client-node/dist/gen/index.js';
import * as z from 'zod/mini';
import { type Api, persist, READ_TIMEOUT_MS, unwrap, via } from './api.ts';
import { type Operation, unexpected } from './faults.ts';
import { countGpus } from './gpus.ts';
import type { ClusterNode, Taint } from './objects.ts';
import type { JsonPatchOperation, PatchAnswer, WriteOptions } from './port.ts';

const PAGE_SIZE = 500;

/** The name under which the server keeps what we change of a node. */
const FIELD_MANAGER = 'spot-responder';

export async function getNode(
  api: Api,
  name: string,
  signal?: AbortSignal,
): Promise<ClusterNode | undefined> {
  const operation = onNodes('get', `node ${name}`);
  const options = via(api, { timeoutMs: READ_TIMEOUT_MS, signal });
  const answer = await persist(api, operation, () => api.core.readNode({ name }, options), signal);
  if (!answer.ok && answer.status.code === 404) return undefined;
  return toNode(unwrap(api, operation, answer));
}

export async function* listNodes(api: Api, signal?: AbortSignal): AsyncGenerator<ClusterNode> {
  const operation = onNodes('list', 'all nodes');
  const options = via(api, { timeoutMs: READ_TIMEOUT_MS, signal });
  for (let token: string | undefined, more = true; more; more = token !== undefined) {
    const page = { limit: PAGE_SIZE, ...(token && { _continue: token }) };
    const answer = await persist(api, operation, () => api.core.listNode(page, options), signal);
    // The list's snapshot expired while we paged: the server offers a token to go on with newer data.
    if (!answer.ok && answer.status.code === 410 && answer.status.continueToken) {
      token = answer.status.continueToken;
      continue;
    }
    const list = unwrap(api, operation, answer);
    for (const node of list.items) yield toNode(node);
    token = list.metadata?._continue || undefined;
  }
}

/** A `test` that fails is 422, as is a path that is not there; a writer between read and write is 409. */
export async function patchNode(
  api: Api,
  name: string,
  patch: readonly JsonPatchOperation[],
  { dryRun, signal }: WriteOptions,
): Promise<PatchAnswer> {
  const operation = onNodes('patch', `node ${name}`);
  const request = { name, body: patch, fieldManager: FIELD_MANAGER, ...(dryRun && { dryRun: 'All' }) };
  const options = via(api, {
    timeoutMs: READ_TIMEOUT_MS,
    signal,
    contentType: 'application/json-patch+json',
  });
  const answer = await persist(api, operation, () => api.core.patchNode(request, options), signal);
  if (answer.ok) return { type: 'patched', node: toNode(answer.value) };
  const { status } = answer;
  if (status.code === 404) return { type: 'not-found' };
  if (status.code === 409 || status.code === 422) return { type: 'conflict', reason: status.message };
  throw unexpected(api.name, operation, status);
}

function onNodes(verb: 'get' | 'list' | 'patch', object: string): Operation {
  return { verb, resource: 'nodes', apiGroup: '', object };
}

function toNode({ metadata, spec, status }: V1Node): ClusterNode {
  return {
    name: metadata?.name ?? '',
    uid: metadata?.uid ?? '',
    resourceVersion: metadata?.resourceVersion ?? '',
    providerId: spec?.providerID ?? '',
    labels: metadata?.labels ?? {},
    annotations: metadata?.annotations ?? {},
    taints: (spec?.taints ?? []).map(toTaint),
    unschedulable: spec?.unschedulable ?? false,
    ...(spec?.unschedulable && isOurs(metadata?.managedFields ?? [])),
    ready: status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false,
    gpus: countGpus(status?.capacity ?? {}),
    allocatableGpus: countGpus(status?.allocatable ?? {}),
  };
}

/** The server tracks for every field which writers changed it last. */
function isOurs(entries: readonly V1ManagedFieldsEntry[]): Pick<ClusterNode, 'isCordonOurs'> {
  const holders = entries.filter(({ fieldsV1 }) => unschedulableField.safeParse(fieldsV1).success);
  if (holders.length === 0) return {};
  return { isCordonOurs: holders.some(({ manager }) => manager === FIELD_MANAGER) };
}

/** https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management */
const unschedulableField = z.object({ 'f:spec': z.object({ 'f:unschedulable': z.unknown() }) });

function toTaint({
  key,
  value,
  effect,
  timeAdded,
}: NonNullable<NonNullable<V1Node['spec']>['taints']>[number]): Taint {
  return {
    key,
    effect: effect === 'NoExecute' || effect === 'PreferNoSchedule' ? effect : 'NoSchedule',
    ...(value !== undefined && { value }),
    // As Kubernetes writes it, so that a JSON patch can test for it.
    ...(timeAdded && { timeAdded: timeAdded.toISOString().replace('.000Z', 'Z') }),
  };
}
