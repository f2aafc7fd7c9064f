import { ClusterError } from '../errors.ts';
import { type Api, EVENT_TIMEOUT_MS, via } from './api.ts';
import { statusOfError } from './api-status.ts';
import { accessFault, describeFailure, type Operation } from './faults.ts';
import type { ObjectEvent } from './objects.ts';
import type { EventAnswer } from './port.ts';

/** Who recorded it; `infra/k8s/admission.yaml` knows the name. */
const COMPONENT = 'spot-responder';
/** Where Events of objects without a namespace are kept: the server takes them nowhere else. */
const NAMESPACE_OF_NODES = 'default';

/**
 * Creates a core `v1` Event, one attempt. A name that exists means that an earlier run has told the same.
 *
 * @throws ClusterError when access is refused.
 */
export async function recordEvent(api: Api, event: ObjectEvent): Promise<EventAnswer> {
  const { about, at, message, name, reason, type } = event;
  const namespace = about.kind === 'Pod' ? about.namespace : NAMESPACE_OF_NODES;
  const operation: Operation = {
    verb: 'create',
    resource: 'events',
    apiGroup: '',
    object: `${reason} of ${about.kind} ${about.name}`,
  };
  const body = {
    metadata: { name, namespace },
    involvedObject: { apiVersion: 'v1', ...about },
    type,
    reason,
    message,
    firstTimestamp: at,
    lastTimestamp: at,
    count: 1,
    source: { component: COMPONENT },
    reportingComponent: COMPONENT,
    reportingInstance: COMPONENT,
  };
  try {
    const options = via(api, { timeoutMs: EVENT_TIMEOUT_MS });
    await api.core.createNamespacedEvent({ namespace, body }, options);
    return { type: 'recorded' };
  } catch (error) {
    return answerOf(api, operation, error);
  }
}

function answerOf(api: Api, operation: Operation, error: unknown): EventAnswer {
  if (error instanceof ClusterError) throw error;
  const status = statusOfError(error);
  if (!status) return { type: 'overloaded', reason: describeFailure(error) };
  const fault = accessFault(api.name, operation, status);
  if (fault) throw fault;
  const { code, message } = status;
  if (code === 409) return { type: 'recorded' };
  return { type: code === 429 || code >= 500 ? 'overloaded' : 'refused', reason: `${code} ${message}` };
}
