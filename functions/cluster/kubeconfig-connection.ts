import { openAccess } from './access.ts';
import { clusterPort } from './adapter.ts';
import type { ConnectDeps } from './connection.ts';
import { type KubeconfigChoice, readKubeconfig } from './kubeconfig.ts';
import type { ClusterPort } from './port.ts';
import { openConnection } from './transport.ts';

/** Connects with a kubeconfig. Throws `ConfigurationError` that names file, context and remedy. */
export async function connectFromKubeconfig({
  clock,
  random = Math.random,
  ...choice
}: KubeconfigChoice & ConnectDeps): Promise<ClusterPort> {
  const connection = openConnection(await readKubeconfig(choice));
  return clusterPort({ connection, access: openAccess(clock), clock, random });
}
