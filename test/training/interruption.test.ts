import { createServer } from 'node:net';
import type { V1Pod } from '@kubernetes/client-node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ReplayResult } from '../../cli/replay/result.ts';
import { startTrainingCluster, type TrainingCluster } from '../../controlplane/training/cluster.ts';
import { trainingImage } from '../../controlplane/training/image.ts';
import { exampleManifest, MOUNTS } from '../../controlplane/training/manifest.ts';
import { watchJob } from '../../controlplane/training/watch-job.ts';
import { runCli } from '../cli/run-cli.ts';

const NOTICE = 'events/spot-interruption-terminate.json';
const MINUTES = 60_000;

let cluster: TrainingCluster;

beforeAll(async () => {
  cluster = await startTrainingCluster(await trainingImage(console.log));
  for (let node = 1; node <= 4; node += 1) await cluster.addNode();
}, 4 * MINUTES);

afterAll(() => cluster.close());

/** The example that trains in earnest, with its ranks over gloo. */
function training(job: string, ...torchrun: readonly string[]) {
  const flags = [
    `--checkpoints=${MOUNTS}/checkpoints/${job}`,
    `--annotations=${MOUNTS}/etc/podinfo/annotations`,
    ...['--epochs=4', '--steps-per-epoch=25', '--step-seconds=0.1'],
  ];
  const program = new URL('../../python/examples/train_ddp.py', import.meta.url).pathname;
  return { command: ['torchrun', ...torchrun, program, ...flags] };
}

async function interrupt({ spec }: V1Pod): Promise<ReplayResult> {
  const flags = ['--kubeconfig', cluster.responderKubeconfig, '--node', spec?.nodeName ?? '', '--execute'];
  const { stdout, stderr } = await runCli('replay', '--json', NOTICE, ...flags);
  expect(stderr).toBe('');
  return JSON.parse(stdout) as ReplayResult;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}

test(
  'a single pod saves, is evicted, and its replacement goes on where it stopped, which the Job counts as no failure',
  async () => {
    const job = watchJob(cluster, 'finetune');
    const program = training('finetune', '--standalone', '--nproc-per-node=2');
    await cluster.submit(await exampleManifest('training-spot.yaml', program));
    const [pod] = await job.running(1);
    if (!pod) throw new Error('there is no pod');
    await job.trained(pod, 5);
    const { interruptions } = await interrupt(pod);
    expect(interruptions[0]?.training).toMatchObject([{ result: 'saved', gang: 'Job/finetune' }]);
    const { lastStep } = await job.ended(pod);
    const [replacement] = await job.running(1, [pod]);
    if (!replacement) throw new Error('there is no replacement');
    expect(replacement.spec?.nodeName).not.toBe(pod.spec?.nodeName);
    expect(lastStep - (await job.resumed(replacement))).toBeLessThanOrEqual(1);
    expect((await job.trained(replacement, Number.POSITIVE_INFINITY)).result).toMatch(/weights/);
    expect(await job.decided()).toBe('Complete');
    expect((await cluster.job('finetune')).status?.failed ?? 0).toBe(0);
    await cluster.remove('finetune');
  },
  6 * MINUTES,
);

test(
  'a gang saves one step on all its nodes, its Job fails in one piece, and submitted again it goes on from there',
  async () => {
    const job = watchJob(cluster, 'pretrain');
    const program = training(
      'pretrain',
      ...['--nnodes=3', '--nproc-per-node=1', '--node-rank=$(JOB_COMPLETION_INDEX)'],
      ...['--master-addr=127.0.0.1', `--master-port=${await freePort()}`],
    );
    for (let node = 1; node <= 2; node += 1) await cluster.addNode();
    const objects = await exampleManifest('training-gang-job.yaml', program);
    await cluster.submit(objects);
    const [rank0, doomed, rank2] = await job.running(3);
    if (!rank0 || !doomed || !rank2) throw new Error('there is no gang');
    await job.trained(rank0, 5);
    const { interruptions, requests } = await interrupt(doomed);
    const [interruption] = interruptions;
    expect(interruption?.outcome.type).toBe('emptied');
    expect(interruption?.training).toMatchObject([{ result: 'saved', gang: 'Job/pretrain' }]);
    expect(requests).toMatchObject({ 'patch pods/status': 3, 'create pods/eviction': 1 });
    expect(await job.decided()).toBe('Failed');
    const { status } = await cluster.job('pretrain');
    expect(status?.conditions?.find(({ type }) => type === 'Failed')?.reason).toBe('PodFailurePolicy');
    expect(status?.succeeded ?? 0).toBe(0);
    const { lastStep } = await job.ended(rank0);

    await cluster.remove('pretrain');
    await cluster.submit(objects.filter(({ kind }) => kind === 'Job'));
    const [again] = await job.running(3, [rank0, doomed, rank2]);
    if (!again) throw new Error('there is no second gang');
    expect(lastStep - (await job.resumed(again))).toBeLessThanOrEqual(1);
    expect(await job.decided()).toBe('Complete');
  },
  8 * MINUTES,
);
