import { ClusterError } from '../errors.ts';
import type { ApiStatus } from './api-status.ts';

/** What was being asked, in the words of an RBAC rule. */
export interface Operation {
  readonly verb: 'get' | 'list' | 'watch' | 'create' | 'patch' | 'delete';
  /** With its subresource, e.g. `pods/eviction`. */
  readonly resource: string;
  readonly apiGroup: string;
  /** The object it is about, for the message. */
  readonly object: string;
}

/** 401 after fresh credentials, or a missing RBAC rule: no retry and no other pod fares better. */
export function accessFault(
  cluster: string,
  operation: Operation,
  status: ApiStatus,
): ClusterError | undefined {
  if (status.code === 401) return unauthorized(cluster);
  // Admission and budgets answer 403 too; only the authorizer says "cannot <verb> resource".
  if (status.code === 403 && /cannot \w+ (resource|path)/.test(status.message)) {
    return forbidden(cluster, operation, status);
  }
  return undefined;
}

/**
 * A policy or webhook of the cluster refused the request: with 403, or with 422 as if the object were invalid, which
 * would look like a lost race. Only its wording tells.
 */
export function admissionFault(
  cluster: string,
  operation: Operation,
  { message }: ApiStatus,
): ClusterError | undefined {
  if (!/\bdenied (the )?request\b/.test(message)) return undefined;
  return new ClusterError(
    'forbidden',
    `Cluster ${cluster}: an admission policy refused to ${describe(operation)}: ${message}. Exempt the group ` +
      'spot-responder there; if the policy is one of ours, apply infra/k8s/admission.yaml again.',
  );
}

/** No answer after all attempts, or only overload. */
export function unreachable(
  cluster: string,
  server: string,
  operation: Operation,
  reason: string,
): ClusterError {
  return new ClusterError(
    'unreachable',
    `Cluster ${cluster}: ${describe(operation)} failed: ${reason}. Check that ${server} can be reached from here ` +
      "(endpoint access, subnets, security group) and is the cluster's current endpoint.",
  );
}

/** An answer that this program has no rule for. */
export function unexpected(cluster: string, operation: Operation, status: ApiStatus): ClusterError {
  return new ClusterError(
    'unexpected',
    `Cluster ${cluster}: ${describe(operation)} was answered ${status.code}: ${status.message}`,
  );
}

/** Node's code and message of a failed request, e.g. `ECONNREFUSED connect ECONNREFUSED 127.0.0.1:6443`. */
export function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown failure';
  // Several addresses tried (happy eyeballs): the parts say more than the empty whole.
  const inner =
    error instanceof AggregateError ? error.errors.find((each) => each instanceof Error) : undefined;
  const { message } = inner instanceof Error ? inner : error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return code && !message.includes(code) ? `${code} ${message}` : message || code || error.name;
}

/** False when there was no connection on which the request could have left. */
export function wasSent(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return !['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'].includes(code);
}

function unauthorized(cluster: string): ClusterError {
  return new ClusterError(
    'unauthorized',
    `Cluster ${cluster} does not know our credentials (401, also with a fresh token). Check that an EKS access entry ` +
      'of type STANDARD with the group spot-responder exists for the role in use (aws eks list-access-entries), ' +
      'or that the kubeconfig user is still valid.',
  );
}

function forbidden(cluster: string, operation: Operation, status: ApiStatus): ClusterError {
  const { verb, resource, apiGroup } = operation;
  const [role, manifest] = apiGroup === 'apps' ? ['Role', 'placeholders'] : ['ClusterRole', 'rbac'];
  return new ClusterError(
    'forbidden',
    `Cluster ${cluster}: not allowed to ${describe(operation)}: ${status.message}. The ${role} lacks the rule ` +
      `{apiGroups: ["${apiGroup}"], resources: ["${resource}"], verbs: ["${verb}"]}; apply infra/k8s/${manifest}.yaml again.`,
  );
}

function describe({ verb, resource, object }: Operation): string {
  return `${verb} ${resource} (${object})`;
}
