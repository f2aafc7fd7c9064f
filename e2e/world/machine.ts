import { join } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';
import { openAdmin } from '../../controlplane/admin.ts';
import { requireBinaries, WITH_CONTROLLERS } from '../../controlplane/binaries.ts';
import { startEksAuthenticator } from '../../controlplane/eks-authenticator.ts';
import { enrol } from '../../controlplane/enrol.ts';
import { type HostedPlane, startHostedPlane } from '../../controlplane/hosted-plane.ts';
import { systemClock } from '../../functions/clock.ts';
import { connectTo } from '../../functions/cluster/connection.ts';
import { signEksToken } from '../../functions/cluster/eks-token.ts';
import { pythonEnvironment } from '../../python/environment/environment.ts';
import { startMoto } from '../../simulator/moto/server.ts';
import { CLUSTER, credentialsOf, GROUPS, REGION, userOf } from './identities.ts';

/** What takes long to start, and serves all scenarios of a run one after the other. */
export interface Machine {
  readonly plane: HostedPlane;
  readonly admin: KubeConfig;
  /** Where moto listens; it keeps accounts apart. */
  readonly moto: string;
  /** Another one, for DynamoDB: a moto is one process, and the table's calls are most of a storm's. */
  readonly motoTables: string;
  /** A number that no node of this run has had, for its name. */
  nextNumber(): number;
  close(): Promise<void>;
}

/** @throws ConfigurationError when the control plane's programs or moto's Python cannot be had. */
export async function startMachine(tell: (line: string) => void, signal: AbortSignal): Promise<Machine> {
  await using opened = new AsyncDisposableStack();
  const binaries = await requireBinaries(WITH_CONTROLLERS);
  const { bin } = await pythonEnvironment('moto', tell);
  signal.throwIfAborted();
  const moto = await startMoto(join(bin, 'moto_server'));
  opened.defer(moto.close);
  const motoTables = await startMoto(join(bin, 'moto_server'));
  opened.defer(motoTables.close);
  const authenticator = await startEksAuthenticator({
    clusterName: CLUSTER,
    region: REGION,
    entries: entries(),
  });
  opened.defer(authenticator.close);
  const plane = await startHostedPlane({
    binaries,
    controllers: true,
    authenticatorUrl: authenticator.url,
    signal,
  });
  opened.defer(plane.close);
  const admin = openAdmin(plane.adminKubeconfig);
  await enrol(admin, await connectAsResponder(plane), signal);
  const stack = opened.move();
  let number = 0;
  return {
    plane,
    admin,
    moto: moto.endpoint,
    motoTables: motoTables.endpoint,
    nextNumber: () => {
      number += 1;
      return number;
    },
    close: () => stack.disposeAsync(),
  };
}

/** The access entries that an enrolled cluster has: each function's role, and its group. */
function entries() {
  return Object.entries(GROUPS).map(([bundle, group]) => ({
    ...credentialsOf(bundle),
    username: userOf(bundle),
    groups: [group],
  }));
}

async function connectAsResponder({ caPem, server }: HostedPlane) {
  const credentials = async () => credentialsOf('respond');
  const token = await signEksToken({ clusterName: CLUSTER, region: REGION, credentials, clock: systemClock });
  const caData = Buffer.from(caPem).toString('base64');
  return connectTo({ name: CLUSTER, server, caData, token }, { clock: systemClock });
}
