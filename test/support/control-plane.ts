import { writeFile } from 'node:fs/promises';
import {
  type CoreV1Api,
  KubeConfig,
  type KubernetesObject,
  KubernetesObjectApi,
  type PolicyV1Api,
} from '@kubernetes/client-node';
import { worldCredentials } from '../../cli/replay/embedded-deps.ts';
import {
  type ControlPlane,
  type ControlPlaneOptions,
  startControlPlane,
} from '../../controlplane/control-plane.ts';
import { type EksAuthenticator, startEksAuthenticator } from '../../controlplane/eks-authenticator.ts';
import { applyYaml, enrol } from '../../controlplane/enrol.ts';
import { systemClock } from '../../functions/clock.ts';
import { openAccess } from '../../functions/cluster/access.ts';
import { createApi } from '../../functions/cluster/api.ts';
import { connectTo, type DirectTarget } from '../../functions/cluster/connection.ts';
import { signEksToken } from '../../functions/cluster/eks-token.ts';
import { readKubeconfig } from '../../functions/cluster/kubeconfig.ts';
import type { ClusterPort } from '../../functions/cluster/port.ts';
import { createRequestCounts } from '../../functions/cluster/request-counts.ts';
import { openConnection } from '../../functions/cluster/transport.ts';

export const clusterName = 'real';
/** As the audit log names it. */
export const RESPONDER = 'arn:aws:sts::111122223333:assumed-role/SpotResponder/respond';
const region = 'us-east-2';

/** A real control plane that knows the responder by its EKS token, as group `spot-responder`. */
export interface TestPlane extends ControlPlane {
  readonly authenticator: EksAuthenticator;
  /** A cluster administrator's client settings. */
  readonly admin: KubeConfig;
  /** The administrator's typed clients, over one kept-alive connection. */
  readonly core: CoreV1Api;
  readonly policy: PolicyV1Api;
  /** Creates every object of a YAML text, as a cluster administrator. */
  apply(yaml: string): Promise<void>;
  create(object: KubernetesObject): Promise<void>;
  /** The responder's own adapter, as it connects on EKS. */
  connectAsResponder(): Promise<ClusterPort>;
  /** A kubeconfig file whose user holds the responder's token. */
  readonly responderKubeconfig: string;
  /** The same user's client, for what it must not do. */
  readonly asResponder: KubeConfig;
}

/** With the rules and the policies of `infra/k8s/` and nothing else of ours in it. */
export async function startTestPlane(
  options: Pick<ControlPlaneOptions, 'controllers' | 'simulatedKubelets' | 'flags'> = {},
): Promise<TestPlane> {
  const authenticator = await startEksAuthenticator({
    clusterName,
    region,
    entries: [
      {
        ...worldCredentials,
        username: RESPONDER,
        groups: ['spot-responder'],
      },
    ],
  });
  const plane = await startControlPlane({ ...options, authenticatorUrl: authenticator.url });
  const adminKubeconfig = await plane.kubeconfigFor('admin');
  const admin = await loadKubeconfig(adminKubeconfig);
  const objects = KubernetesObjectApi.makeApiClient(admin);
  const asResponder = await configWithToken(plane);
  const test: TestPlane = {
    ...plane,
    authenticator,
    admin,
    ...(await typedClients(adminKubeconfig)),
    asResponder,
    responderKubeconfig: await writeKubeconfig(plane, asResponder),
    create: async (object) => void (await objects.create(object)),
    apply: (yaml) => applyYaml(admin, yaml),
    connectAsResponder: async () =>
      connectTo(await responderTarget(plane), { clock: systemClock, random: Math.random }),
    close: async () => {
      await plane.close();
      await authenticator.close();
    },
  };
  try {
    await enrol(admin, await test.connectAsResponder());
  } catch (error) {
    await test.close();
    throw error;
  }
  return test;
}

/** Where and as whom the responder connects; the token is good for 15 minutes. */
async function responderTarget({ server, caPem }: ControlPlane): Promise<DirectTarget> {
  return {
    name: clusterName,
    server,
    caData: Buffer.from(caPem).toString('base64'),
    token: await signResponderToken(),
  };
}

function signResponderToken(): Promise<string> {
  return signEksToken({ clusterName, region, credentials: async () => worldCredentials, clock: systemClock });
}

/** The library's own client opens a TLS connection for every request; the adapter's does not. */
async function typedClients(path: string): Promise<Pick<TestPlane, 'core' | 'policy'>> {
  const { core, policy } = createApi({
    connection: openConnection(await readKubeconfig({ path })),
    access: openAccess(systemClock),
    counts: createRequestCounts(),
    clock: systemClock,
    random: Math.random,
  });
  return { core, policy };
}

async function loadKubeconfig(file: string): Promise<KubeConfig> {
  const config = new KubeConfig();
  config.loadFromFile(file);
  return config;
}

async function configWithToken({ server, caPem }: ControlPlane): Promise<KubeConfig> {
  const config = new KubeConfig();
  config.loadFromOptions({
    clusters: [{ name: clusterName, server, caData: Buffer.from(caPem).toString('base64') }],
    users: [{ name: 'responder', token: await signResponderToken() }],
    contexts: [{ name: clusterName, cluster: clusterName, user: 'responder' }],
    currentContext: clusterName,
  });
  return config;
}

async function writeKubeconfig(plane: ControlPlane, config: KubeConfig): Promise<string> {
  const file = await plane.kubeconfigFor('responder', ['spot-responder']);
  await writeFile(file, config.exportConfig());
  return file;
}
