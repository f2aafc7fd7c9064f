import { type Api, persist, READ_TIMEOUT_MS, via } from './api.ts';
import { type Operation, unexpected } from './faults.ts';
import { escapePointer } from './json-pointer.ts';
import type { Pod } from './objects.ts';
import type { JsonPatchOperation, WriteOptions } from './port.ts';

/**
 * Through `pods/status`, never `pods`: a patch of `pods` could swap an image, the status subresource keeps changes
 * of annotations and drops those of the spec. The patch tests what it replaces, so of two writers one wins.
 */
export async function annotatePod(
  api: Api,
  pod: Pod,
  annotation: string,
  value: string,
  { dryRun, signal }: WriteOptions,
): Promise<'patched' | 'conflict' | 'gone'> {
  const { namespace, name } = pod;
  const operation: Operation = {
    verb: 'patch',
    resource: 'pods/status',
    apiGroup: '',
    object: `pod ${namespace}/${name}`,
  };
  const request = {
    namespace,
    name,
    body: buildAnnotationPatch(pod, annotation, value),
    ...(dryRun && { dryRun: 'All' }),
  };
  const options = via(api, {
    timeoutMs: READ_TIMEOUT_MS,
    signal,
    contentType: 'application/json-patch+json',
  });
  const call = () => api.core.patchNamespacedPodStatus(request, options);
  const answer = await persist(api, operation, call, signal);
  if (answer.ok) return 'patched';
  const { code } = answer.status;
  if (code === 404) return 'gone';
  if (code === 409 || code === 422) return 'conflict';
  throw unexpected(api.name, operation, answer.status);
}

/** The server's JSON patch passes `test` with null on an absent member; `add` needs the map to be there. */
function buildAnnotationPatch(
  { annotations, uid }: Pick<Pod, 'annotations' | 'uid'>,
  name: string,
  value: string,
): readonly JsonPatchOperation[] {
  const isSame = { op: 'test', path: '/metadata/uid', value: uid } as const;
  if (Object.keys(annotations).length === 0) {
    return [
      isSame,
      { op: 'test', path: '/metadata/annotations', value: null },
      { op: 'add', path: '/metadata/annotations', value: { [name]: value } },
    ];
  }
  const path = `/metadata/annotations/${escapePointer(name)}`;
  return [isSame, { op: 'test', path, value: annotations[name] ?? null }, { op: 'add', path, value }];
}
