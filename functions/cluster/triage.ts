import type { ApiStatus } from './api-status.ts';
import type { EvictionAnswer } from './port.ts';

/**
 * What a refused eviction or delete means. The wordings are those of kube-apiserver's
 * `registry/core/pod/storage/eviction.go` and `registry/rest/delete.go`. 401 and missing RBAC rules are told
 * apart before this.
 */
export function triageRefusal(status: ApiStatus): EvictionAnswer {
  const { code, message } = status;
  switch (true) {
    case code === 404:
      // The budget may vanish between two steps of the server; that says nothing of the pod.
      return isAboutBudget(status) ? again(status) : { type: 'gone' };
    case code === 409:
      return UID_MISMATCH.test(message) ? { type: 'gone' } : again(status);
    case code === 429:
      return triageTooMany(status);
    case message.includes(SEVERAL_BUDGETS):
      return { type: 'refused', reason: message };
    case code >= 500:
      return again(status);
    case code === 403 && PASSING_403.test([message, ...status.causes.map((cause) => cause.reason)].join(' ')):
      return again(status);
    default:
      return { type: 'refused', reason: message };
  }
}

/** Only the UID: the server adds a resourceVersion precondition of its own, whose failure means try again. */
const UID_MISMATCH = /\bUID in (the )?precondition/;
const SEVERAL_BUDGETS = 'more than one PodDisruptionBudget';
/** The disruption controller will catch up; a namespace that is going takes its pods along; admission is starting. */
const PASSING_403 = /DisruptedPods map too big|NamespaceTerminating|not yet ready to handle request/;
const BUDGET_CAUSE = 'DisruptionBudget';
const BUDGET_NAME = /disruption budget "?([a-z0-9][a-z0-9.-]*)/i;

function triageTooMany(status: ApiStatus): EvictionAnswer {
  const causes = status.causes.filter(({ reason }) => reason === BUDGET_CAUSE);
  // A budget that its controller has not observed yet is a matter of seconds, which the server names.
  if (causes.length === 0 || causes.some(({ message }) => message.includes('still being processed'))) {
    return again(status);
  }
  return {
    type: 'blocked-by-budget',
    message: [status.message, ...causes.map(({ message }) => message)].join(' '),
    budgets: causes.flatMap(({ message }) => BUDGET_NAME.exec(message)?.[1] ?? []),
  };
}

function again({ code, message, retryAfterSeconds }: ApiStatus): EvictionAnswer {
  const waits = (code === 429 || code === 503) && retryAfterSeconds !== undefined;
  return {
    type: 'retry',
    reason: `${code} ${message}`,
    // A load balancer's 502, or etcd's answer that came too late: the request itself may have gone through.
    mayHaveActed: code >= 500,
    ...(waits && { afterSeconds: retryAfterSeconds }),
  };
}

function isAboutBudget({ kind }: ApiStatus): boolean {
  return kind.toLowerCase().startsWith('poddisruptionbudget');
}
