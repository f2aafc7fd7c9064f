import type { ApiStatus } from '../../functions/cluster/api-status.ts';
import { describeFailure } from '../../functions/cluster/faults.ts';
import type { Connection } from '../../functions/cluster/transport.ts';
import { ClusterError } from '../../functions/errors.ts';

/** The API server refused what the person at the command line asked of it. */
export function refusal(
  { name, server }: Connection,
  verb: string,
  object: string,
  { code, message }: ApiStatus,
): ClusterError {
  const what = `Cluster ${name}: ${verb} ${object}`;
  if (code === 401)
    return new ClusterError(
      'unauthorized',
      `${what}: ${server} does not know you (401). Use credentials that may enter the cluster, have an administrator give your IAM principal an access entry with AmazonEKSClusterAdminPolicy, or give --kubeconfig.`,
    );
  if (code === 403)
    return new ClusterError(
      'forbidden',
      `${what} is forbidden: ${message} Use a cluster administrator's identity (an access entry with AmazonEKSClusterAdminPolicy), or --kubeconfig.`,
    );
  if (code === 404 && object.startsWith('ValidatingAdmissionPolicy'))
    return new ClusterError(
      'unexpected',
      `${what}: the cluster knows no ValidatingAdmissionPolicy of admissionregistration.k8s.io/v1. Upgrade it to Kubernetes 1.30 or later.`,
    );
  if (code === 409)
    return new ClusterError('outrun', `${what}: somebody else changed it meanwhile. Run this again.`);
  return new ClusterError('unexpected', `${what} was answered ${code}: ${message}`);
}

export function unanswered(
  { name, server }: Connection,
  verb: string,
  object: string,
  error: unknown,
): ClusterError {
  // Credentials that cannot be had are no matter of the network.
  if (error instanceof ClusterError) return error;
  return new ClusterError(
    'unreachable',
    `Cluster ${name}: ${verb} ${object} failed: ${describeFailure(error)}. Check that ${server} can be reached from here: a private endpoint only answers inside its VPC, a public one only to its allowed addresses. Or give --kubeconfig with a way to it.`,
  );
}
