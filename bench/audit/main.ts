import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { KubernetesObjectApi } from '@kubernetes/client-node';
import { openAdmin } from '../../controlplane/admin.ts';
import { startControlPlane } from '../../controlplane/control-plane.ts';
import { applyManifest } from '../../controlplane/enrol.ts';
import { systemClock } from '../../functions/clock.ts';
import { openAccess } from '../../functions/cluster/access.ts';
import { createApi } from '../../functions/cluster/api.ts';
import { readKubeconfig } from '../../functions/cluster/kubeconfig.ts';
import { createRequestCounts } from '../../functions/cluster/request-counts.ts';
import { openConnection } from '../../functions/cluster/transport.ts';
import { fleetObjects } from './fleet.ts';

const AT_A_TIME = 40;

/** `npm run bench:audit`: one audit of a large cluster, on a real API server, in a process of its own. */
const { values } = parseArgs({
  options: {
    pods: { type: 'string', default: '5000' },
    workloads: { type: 'string', default: '500' },
    runs: { type: 'string', default: '3' },
  },
});
const [pods, workloads, runs] = [values.pods, values.workloads, values.runs].map((text) => wholeNumber(text));

await using stack = new AsyncDisposableStack();
const plane = await startControlPlane();
stack.defer(() => plane.close());
const adminFile = await plane.kubeconfigFor('admin');
const admin = openAdmin(adminFile);
await applyManifest(admin, 'infra/k8s/audit.yaml');
await fill();
const auditor = await plane.kubeconfigFor('auditor', ['spot-responder-audit']);

console.log(`${pods} pods, ${workloads} workloads, on a real API server of this machine`);
console.log('run  seconds  requests  MiB at most  findings');
for (let run = 1; run <= (runs ?? 1); run += 1) {
  const program = fileURLToPath(new URL('./measure-process.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [program, auditor]);
  const { findings, mebibytes, requests, seconds } = JSON.parse(stdout) as Record<string, number>;
  const cells = [seconds?.toFixed(2).padStart(9), requests, mebibytes?.toFixed(0), findings];
  const [time, sent, memory, found] = cells.map(String);
  console.log(
    `${String(run).padStart(3)}${time}${sent?.padStart(10)}${memory?.padStart(13)}${found?.padStart(10)}`,
  );
}

/** Many requests at a time over one connection pool; the library's own client opens a connection each. */
async function fill(): Promise<void> {
  const objects = KubernetesObjectApi.makeApiClient(admin);
  const { core } = createApi({
    connection: openConnection(await readKubeconfig({ path: adminFile })),
    access: openAccess(systemClock),
    counts: createRequestCounts(),
    clock: systemClock,
    random: Math.random,
  });
  const fleet = fleetObjects(pods ?? 0, workloads ?? 0);
  for (const each of fleet.namespaces) await core.createNamespace({ body: each });
  await inTurns(fleet.objects, (object) => objects.create(object));
  await inTurns(fleet.pods, (body) => core.createNamespacedPod({ namespace: body.metadata.namespace, body }));
}

async function inTurns<T>(all: readonly T[], act: (each: T) => Promise<unknown>): Promise<void> {
  const left = [...all];
  const work = async () => {
    for (let each = left.pop(); each !== undefined; each = left.pop()) await act(each);
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 20_000) return value;
  console.error(`error: "${text}" must be a whole number from 1 to 20000.`);
  process.exit(2);
}
