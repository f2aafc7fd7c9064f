import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ReplayResult } from '../../cli/replay/result.ts';
import { openScene, type Scene } from '../respond/scene.ts';
import { newFolder } from '../support/new-folder.ts';
import { runCli } from './run-cli.ts';
import { runHere } from './run-here.ts';

const sample = 'events/spot-interruption-terminate.json';

async function kubeconfigOf(scene: Scene): Promise<string> {
  const file = join(await newFolder('kubeconfig'), 'config');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'main',
    clusters: [{ name: 'local', cluster: { server: scene.world.cluster.url } }],
    users: [{ name: 'me', user: { token: 'a-token-to-keep-quiet-about' } }],
    contexts: [{ name: 'main', context: { cluster: 'local', user: 'me' } }],
  };
  await writeFile(file, JSON.stringify(config));
  return file;
}

async function replay(...args: string[]) {
  const { code, stdout } = await runHere({}, 'replay', '--json', sample, ...args);
  return { code, result: JSON.parse(stdout) as ReplayResult };
}

test('a replay on a cluster is a dry run: the plan is validated by the server and nothing changes', async () => {
  await using scene = await openScene(1);
  const before = JSON.stringify([scene.world.cluster.nodes(), scene.world.cluster.pods()]);
  const { code, result } = await replay('--kubeconfig', await kubeconfigOf(scene), '--cluster', 'production');
  expect(code).toBe(0);
  expect(result).toMatchObject({
    dryRun: true,
    interruptions: [{ outcome: { type: 'planned' }, cluster: 'production', node: scene.node }],
  });
  expect(result.interruptions[0]?.pods.filter(({ outcome }) => outcome === 'would-evict')).toHaveLength(3);
  expect(JSON.stringify([scene.world.cluster.nodes(), scene.world.cluster.pods()])).toBe(before);
});

test('--execute acts, on the node that --node names', async () => {
  await using scene = await openScene(10);
  const { code, result } = await replay(
    '--kubeconfig',
    await kubeconfigOf(scene),
    '--node',
    scene.node,
    '--execute',
  );
  expect(code).toBe(0);
  expect(result).toMatchObject({ dryRun: false, interruptions: [{ outcome: { type: 'emptied' } }] });
  expect(scene.world.cluster.evictions).toHaveLength(3);
});

test('an instance that is no node of that cluster is said to be none, and nothing changes', async () => {
  await using scene = await openScene(1);
  const { code, result } = await replay(
    '--kubeconfig',
    await kubeconfigOf(scene),
    '--instance',
    'i-0fedcba9876543210',
    '--execute',
  );
  expect(code).toBe(5);
  expect(result.interruptions[0]?.outcome.type).toBe('not-ours');
  expect(scene.writes()).toEqual([]);
});

test.each([
  [['--node', 'no-such-node'], 'has no node "no-such-node"'],
  [['--context', 'elsewhere'], 'elsewhere'],
])('%o is refused in one line with exit code 2', async (args, message) => {
  await using scene = await openScene(1);
  const { code, stderr } = await runHere(
    {},
    'replay',
    sample,
    '--kubeconfig',
    await kubeconfigOf(scene),
    ...args,
  );
  expect(code).toBe(2);
  expect(stderr).toContain(message);
  expect(stderr.trim().split('\n')).toHaveLength(1);
});

test('an API server that is not there is an error that names it, without the token', async () => {
  const scene = await openScene(1);
  const file = await kubeconfigOf(scene);
  await scene[Symbol.asyncDispose]();
  const { code, stdout, stderr } = await runCli('replay', sample, '--kubeconfig', file);
  expect(code).toBe(1);
  expect(stdout + stderr).toContain('127.0.0.1');
  expect(stdout + stderr).not.toContain('a-token-to-keep-quiet-about');
});
