import { openAccess } from './access.ts';
import { clusterPort } from './adapter.ts';
import type { ConnectDeps } from './connection.ts';
import { type KubeconfigChoice, readKubeconfig } from './kubeconfig.ts';
import type { ClusterPort } from './port.ts';
import { type ObjectReader, objectReader } from './reader.ts';
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

/** Reads objects of a cluster that a kubeconfig names. Throws as `connectFromKubeconfig`. */
export async function readerFromKubeconfig({
  clock,
  random = Math.random,
  ...choice
}: KubeconfigChoice & ConnectDeps): Promise<ObjectReader> {
  const connection = openConnection(await readKubeconfig(choice));
  return objectReader({ connection, access: openAccess(clock), clock, random });
}
