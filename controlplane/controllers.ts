import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KWOK_STAGES } from './kwok-stages.ts';
import { type RunningProcess, startProcess } from './process.ts';

export interface ControllerOptions {
  /** Holds the binaries. */
  readonly binaries: string;
  /** For the files that the programs read. */
  readonly folder: string;
  /** A kubeconfig file of an administrator, by the user's name in the audit log. */
  readonly kubeconfigFor: (user: string) => Promise<string>;
  readonly simulatedKubelets: boolean;
  /** Told of each program when it is ready. */
  readonly onStarted?: (name: string) => void;
}

/** What keeps the objects of a drain alive; the others only cost CPU here. */
const CONTROLLERS = [
  'daemonset-controller',
  'deployment-controller',
  'disruption-controller',
  'endpointslice-controller',
  'garbage-collector-controller',
  'job-controller',
  'namespace-controller',
  'node-lifecycle-controller',
  'pod-garbage-collector-controller',
  'replicaset-controller',
  'statefulset-controller',
  'taint-eviction-controller',
];

/** Their own rate limits out of the way: on a small machine the CPU is limit enough. */
const RATE = ['--kube-api-qps=300', '--kube-api-burst=600'];

/** Starts the controller manager, the scheduler, and, where wanted, kwok as the kubelet of every node. */
export async function startControllers(options: ControllerOptions): Promise<readonly RunningProcess[]> {
  const start = async (name: string, flags: readonly string[]) => {
    const process = await startProcess({
      name,
      command: join(options.binaries, name),
      args: [`--kubeconfig=${await options.kubeconfigFor(name)}`, ...flags],
    });
    options.onStarted?.(name);
    return process;
  };
  return Promise.all([
    start('kube-controller-manager', [
      `--controllers=${CONTROLLERS.join(',')}`,
      '--leader-elect=false',
      '--secure-port=0',
      // Simulated kubelets renew no lease; their nodes must stay Ready.
      '--node-monitor-grace-period=3600s',
      ...RATE,
    ]),
    start('kube-scheduler', ['--leader-elect=false', '--secure-port=0', ...RATE]),
    ...(options.simulatedKubelets ? [start('kwok', await kwokFlags(options.folder))] : []),
  ]);
}

async function kwokFlags(folder: string): Promise<readonly string[]> {
  const stages = join(folder, 'kwok.yaml');
  await writeFile(stages, KWOK_STAGES);
  return ['--manage-all-nodes', `--config=${stages}`, '--node-lease-duration-seconds=0', '--server-address='];
}
