import type { EKSClient } from '@aws-sdk/client-eks';
import type { Clock } from '../clock.ts';
import { clusterPort } from './adapter.ts';
import { findEksCluster } from './eks.ts';
import type { KubeconfigChoice } from './kubeconfig.ts';
import type { ClusterPort } from './port.ts';
import { type Connection, openConnection } from './transport.ts';

export interface ConnectDeps {
  readonly clock: Clock;
  /** In [0, 1), for jitter. Default `Math.random`. */
  readonly random?: () => number;
}

export interface EksConnectorOptions extends ConnectDeps {
  /** Its own credentials also sign the clusters' tokens. */
  readonly eks: Pick<EKSClient, 'send' | 'config'>;
  readonly region: string;
}

/**
 * Connects to EKS clusters by name. Endpoint, CA, token and sockets are kept per cluster while the process is
 * warm; each call returns a port of its own, whose request counts start at zero. An endpoint that does not
 * answer is looked up again by the next call. Throws `AwsCallError`, `ClusterError`.
 */
export function eksConnector({ eks, region, clock, random = Math.random }: EksConnectorOptions) {
  const connections = new Map<string, Promise<Connection>>();
  const options = { eks, region, clock, credentials: () => eks.config.credentials() };
  return async (clusterName: string): Promise<ClusterPort> => {
    const kept = connections.get(clusterName) ?? findEksCluster(clusterName, options).then(openConnection);
    connections.set(clusterName, kept);
    const onUnreachable = () => {
      if (connections.get(clusterName) === kept) connections.delete(clusterName);
    };
    const connection = await kept.catch((error: unknown) => {
      onUnreachable();
      throw error;
    });
    return clusterPort({ connection, clock, random, onUnreachable });
  };
}

/** Connects with a kubeconfig. Throws `ConfigurationError` that names file, context and remedy. */
export async function connectFromKubeconfig({
  clock,
  random = Math.random,
  ...choice
}: KubeconfigChoice & ConnectDeps): Promise<ClusterPort> {
  const { readKubeconfig } = await import('./kubeconfig.ts');
  const connection = openConnection(await readKubeconfig(choice));
  return clusterPort({ connection, clock, random, onUnreachable: () => undefined });
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
  return clusterPort({ connection, clock, random, onUnreachable: () => undefined });
}
