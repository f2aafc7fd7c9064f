import { ClusterError } from '../errors.ts';
import { type Api, EVICT_TIMEOUT_MS, persist, READ_TIMEOUT_MS, via } from './api.ts';
import { statusOfError } from './api-status.ts';
import { accessFault, describeFailure, type Operation, unexpected, wasSent } from './faults.ts';
import type { PodRef } from './objects.ts';
import type { EvictionAnswer, EvictOptions, WriteOptions } from './port.ts';
import { triageRefusal } from './triage.ts';

/** One attempt through the eviction API, with a UID precondition. Throws only when access is refused. */
export function evict(api: Api, pod: PodRef, options: EvictOptions): Promise<EvictionAnswer> {
  const { namespace, name } = pod;
  const call = () =>
    api.core.createNamespacedPodEviction(
      {
        namespace,
        name,
        body: {
          apiVersion: 'policy/v1',
          kind: 'Eviction',
          metadata: { namespace, name },
          deleteOptions: deleteOptions(pod, options),
        },
        ...dryRunOf(options),
      },
      via(api, { timeoutMs: EVICT_TIMEOUT_MS, signal: options.signal }),
    );
  return attemptOnce(api, onPod('create', 'pods/eviction', pod), call, options.signal);
}

/** One plain DELETE with a UID precondition: past any budget. */
export function deletePod(api: Api, pod: PodRef, options: EvictOptions): Promise<EvictionAnswer> {
  const { namespace, name } = pod;
  // A DELETE with a body has its options there: the server does not look at the query any more.
  const body = { ...deleteOptions(pod, options), ...(options.dryRun && { dryRun: ['All'] }) };
  const call = () =>
    api.core.deleteNamespacedPod(
      { namespace, name, body },
      via(api, { timeoutMs: EVICT_TIMEOUT_MS, signal: options.signal }),
    );
  return attemptOnce(api, onPod('delete', 'pods', pod), call, options.signal);
}

/** The condition tells the pod's controller that this was a disruption, not a failure of the pod. */
export async function markDisrupted(
  api: Api,
  pod: PodRef,
  reason: string,
  message: string,
  { dryRun, signal }: WriteOptions,
): Promise<'patched' | 'gone'> {
  const { namespace, name, uid } = pod;
  const operation = onPod('patch', 'pods/status', pod);
  const lastTransitionTime = api.clock.now().toISOString();
  const condition = { type: 'DisruptionTarget', status: 'True', reason, message, lastTransitionTime };
  // The UID in the patch is a precondition: a pod recreated under the name is not touched.
  const body = { metadata: { uid }, status: { conditions: [condition] } };
  const call = () =>
    api.core.patchNamespacedPodStatus(
      { namespace, name, body, ...dryRunOf({ dryRun }) },
      via(api, { timeoutMs: READ_TIMEOUT_MS, signal, contentType: 'application/strategic-merge-patch+json' }),
    );
  const answer = await persist(api, operation, call, signal);
  if (answer.ok) return 'patched';
  const { code, message: refusal } = answer.status;
  if (code === 404 || ((code === 409 || code === 422) && /\buid\b/i.test(refusal))) return 'gone';
  throw unexpected(api.name, operation, answer.status);
}

async function attemptOnce(
  api: Api,
  operation: Operation,
  call: () => Promise<unknown>,
  signal: AbortSignal | undefined,
): Promise<EvictionAnswer> {
  try {
    await call();
    api.access.allowed();
    return { type: 'accepted' };
  } catch (error) {
    if (error instanceof ClusterError) throw error;
    const status = statusOfError(error);
    if (!status) return unanswered(api, error, signal);
    const fault = accessFault(api.name, operation, status);
    if (fault && !api.access.mayPass(fault)) throw fault;
    return fault ? { type: 'retry', reason: status.message, mayHaveActed: false } : triageRefusal(status);
  }
}

function unanswered(api: Api, error: unknown, signal: AbortSignal | undefined): EvictionAnswer {
  if (!signal?.aborted) api.access.broke();
  return { type: 'retry', reason: describeFailure(error), mayHaveActed: wasSent(error) };
}

function deleteOptions({ uid }: PodRef, { gracePeriodSeconds }: EvictOptions) {
  return { preconditions: { uid }, ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }) };
}

/** Of a POST or PATCH, in the query: the server copies it into an eviction's options, and admission looks for it here. */
function dryRunOf({ dryRun }: WriteOptions) {
  return dryRun ? { dryRun: 'All' } : {};
}

function onPod(
  verb: 'create' | 'delete' | 'patch',
  resource: string,
  { namespace, name }: PodRef,
): Operation {
  return { verb, resource, apiGroup: '', object: `pod ${namespace}/${name}` };
}
