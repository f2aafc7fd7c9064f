import type { Clock } from '../clock.ts';
import { openAccess } from './access.ts';
import { clusterPort } from './adapter.ts';
import { type EksConnectionOptions, openEksConnection } from './eks-connection.ts';
import type { ClusterPort } from './port.ts';
import { type ObjectReader, objectReader } from './reader.ts';
import { openConnection } from './transport.ts';

export interface ConnectDeps {
  readonly clock: Clock;
  /** In [0, 1), for jitter. Default `Math.random`. */
  readonly random?: () => number;
}

/**
 * Connects to EKS clusters by name. Endpoint, CA, token and sockets are kept per cluster while the process is
 * warm; each call returns a port of its own, whose request counts start at zero. Throws `AwsCallError`,
 * `ClusterError`.
 */
export function eksConnector({ random = Math.random, ...options }: EksConnectionOptions & ConnectDeps) {
  const { clock } = options;
  const opened = new Map<string, ReturnType<typeof open>>();
  const open = async (clusterName: string) => {
    const connection = await openEksConnection(clusterName, options);
    return { connection, access: openAccess(clock) };
  };
  return async (clusterName: string): Promise<ClusterPort> => {
    const kept = opened.get(clusterName) ?? open(clusterName);
    opened.set(clusterName, kept);
    const parts = await kept.catch((error: unknown) => {
      if (opened.get(clusterName) === kept) opened.delete(clusterName);
      throw error;
    });
    return clusterPort({ ...parts, clock, random });
  };
}

/** Reads objects of an EKS cluster, by a token of the AWS credentials. Throws as `eksConnector`. */
export async function readerFromEks(
  clusterName: string,
  { random = Math.random, ...options }: EksConnectionOptions & ConnectDeps,
): Promise<ObjectReader> {
  const { clock } = options;
  const connection = await openEksConnection(clusterName, options);
  return objectReader({ connection, access: openAccess(clock), clock, random });
}

export interface DirectTarget {
  readonly name: string;
  readonly server: string;
  readonly token?: string;
  /** PEM, base64-encoded as in a kubeconfig. */
  readonly caData?: string;
}

/** Connects to a known endpoint: a simulated or local API server. */
export function connectTo(
  { name, server, token, caData }: DirectTarget,
  { clock, random = Math.random }: ConnectDeps,
): ClusterPort {
  const connection = openConnection({
    name,
    server,
    credentials: {
      headers: async (): Promise<Record<string, string>> =>
        token ? { authorization: `Bearer ${token}` } : {},
      drop: () => undefined,
    },
    ...(caData && { tls: { ca: Buffer.from(caData, 'base64') } }),
  });
  return clusterPort({ connection, access: openAccess(clock), clock, random });
}
