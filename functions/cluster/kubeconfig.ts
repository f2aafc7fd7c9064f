import type { RequestOptions } from 'node:https';
import { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import { ClusterError, ConfigurationError } from '../errors.ts';
import type { Credentials, Target, TlsIdentity } from './transport.ts';

export interface KubeconfigChoice {
  /** Default: `$KUBECONFIG`, else `~/.kube/config`, as kubectl. */
  readonly path?: string;
  /** Default: the file's `current-context`. */
  readonly context?: string;
  /** Shown in messages instead of the cluster's name in the file. */
  readonly clusterName?: string;
}

/**
 * Reads a kubeconfig, with client certificates, exec plugins, token files and a proxy. Throws
 * `ConfigurationError`. Loaded only where it is used: it is half of the client library.
 */
export async function readKubeconfig(choice: KubeconfigChoice): Promise<Target> {
  const where = choice.path ?? 'of $KUBECONFIG or ~/.kube/config';
  let config = load(choice, where);
  const cluster = config.getCurrentCluster();
  if (!cluster)
    throw new ConfigurationError(
      `Context "${config.currentContext}" of ${where} names no cluster of that file.`,
    );
  const who = `context "${config.currentContext}" of ${where}`;
  const options = await authenticate(config, who);
  const credentials: Credentials = {
    headers: async () => headersOf(await authenticate(config, who)),
    // The plugin's answer is cached inside the library's object; a new one asks again.
    drop: () => {
      config = load(choice, where);
    },
  };
  return {
    name: choice.clusterName ?? cluster.name,
    server: cluster.server,
    tls: identityOf(options),
    credentials,
    ...(cluster.proxyUrl && typeof options.agent === 'object' && { agent: options.agent }),
  };
}

function load({ path, context }: KubeconfigChoice, where: string): KubeConfig {
  const config = new KubeConfig();
  try {
    if (path === undefined) config.loadFromDefault();
    else config.loadFromFile(path);
  } catch (error) {
    const problem =
      error instanceof Error && 'code' in error ? String(error.code) : 'it is no valid kubeconfig';
    throw new ConfigurationError(
      `Cannot read the kubeconfig ${where}: ${problem}. Give --kubeconfig <file> or set KUBECONFIG.`,
    );
  }
  // What the library makes up when there is no file at all.
  if (path === undefined && config.getCurrentContext() === 'loaded-context') {
    throw new ConfigurationError(
      'There is no kubeconfig in $KUBECONFIG or ~/.kube/config. Give --kubeconfig <file>, or make one with aws eks update-kubeconfig.',
    );
  }
  const names = config.getContexts().map(({ name }) => name);
  const chosen = context ?? config.getCurrentContext();
  if (!names.includes(chosen)) {
    const problem = chosen ? `has no context "${chosen}"` : 'has no current-context';
    throw new ConfigurationError(
      `The kubeconfig ${where} ${problem}; it has: ${names.join(', ') || 'none'}. Give --context <name>.`,
    );
  }
  config.setCurrentContext(chosen);
  // The library refuses plain HTTP without this flag, kubectl does not.
  config.clusters = config.clusters.map((each) =>
    each.server.startsWith('http:') ? { ...each, skipTLSVerify: true } : each,
  );
  return config;
}

async function authenticate(config: KubeConfig, who: string): Promise<RequestOptions> {
  const options: RequestOptions = {};
  try {
    await config.applyToHTTPSOptions(options);
    return options;
  } catch (error) {
    // Only the code: what a credential plugin printed, or a parser quotes of it, may hold the token.
    const problem = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    const plugin = config.getCurrentUser()?.exec?.command;
    const remedy = plugin
      ? `Run its credential plugin "${plugin}" by hand to see why.`
      : 'Check its certificate and token files.';
    throw new ClusterError('unauthorized', `No credentials from ${who}${problem}. ${remedy}`);
  }
}

function headersOf({ headers, auth }: RequestOptions): Record<string, string> {
  const pairs = Object.entries(headers ?? {}).map(([name, value]) => [name, String(value)]);
  const basic = auth && { authorization: `Basic ${Buffer.from(auth).toString('base64')}` };
  return { ...Object.fromEntries(pairs), ...basic };
}

function identityOf({ ca, cert, key, servername, rejectUnauthorized }: RequestOptions): TlsIdentity {
  return {
    ...(isPem(ca) && { ca }),
    ...(isPem(cert) && { cert }),
    ...(isPem(key) && { key }),
    ...(servername !== undefined && { servername }),
    ...(rejectUnauthorized !== undefined && { rejectUnauthorized }),
  };
}

function isPem(value: unknown): value is string | Buffer {
  return typeof value === 'string' || Buffer.isBuffer(value);
}
