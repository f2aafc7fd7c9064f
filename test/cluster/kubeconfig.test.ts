import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectFromKubeconfig } from '../../functions/cluster/kubeconfig-connection.ts';
import { patientClock } from '../support/patient-clock.ts';
import { refusal, startCannedServer } from './canned-server.ts';
import { collect } from './collect.ts';

const clock = patientClock(1000);
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kubeconfig-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function write(server: string, user: object): Promise<string> {
  const path = join(folder, `${crypto.randomUUID()}.json`);
  const config = {
    'current-context': 'here',
    contexts: [{ name: 'here', context: { cluster: 'demo', user: 'me' } }],
    clusters: [{ name: 'demo', cluster: { server } }],
    users: [{ name: 'me', user }],
  };
  await writeFile(path, JSON.stringify(config));
  return path;
}

const nodes = { code: 200, body: { kind: 'NodeList', metadata: {}, items: [] } };

test('a kubeconfig gives server, name and token', async () => {
  await using server = await startCannedServer(() => nodes);
  const cluster = await connectFromKubeconfig({ path: await write(server.url, { token: 'abc' }), clock });
  await collect(cluster.listNodes());
  expect(cluster.name).toBe('demo');
  expect(server.seen[0]?.headers.authorization).toBe('Bearer abc');
});

test('a credential plugin is asked again after a 401', async () => {
  await using server = await startCannedServer(({ headers }) =>
    headers.authorization === 'Bearer run-2' ? nodes : refusal(401, 'Unauthorized'),
  );
  const counter = join(folder, 'runs');
  const script = `printf x >> ${counter}; printf '{"status":{"token":"run-%s"}}' $(wc -c < ${counter})`;
  const user = {
    exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'sh', args: ['-c', script] },
  };
  const cluster = await connectFromKubeconfig({ path: await write(server.url, user), clock });
  expect(await collect(cluster.listNodes())).toEqual([]);
  expect(server.seen).toHaveLength(2);
});

test('a credential plugin that fails is named, what it printed is not shown', async () => {
  const user = {
    exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'sh', args: ['-c', 'echo token-abc'] },
  };
  const path = await write('http://127.0.0.1:1', user);
  const error = await connectFromKubeconfig({ path, clock }).catch((failure: unknown) => failure);
  expect(error).toMatchObject({ fault: 'unauthorized', message: expect.stringContaining('plugin "sh"') });
  expect(String(error)).not.toContain('token-abc');
});

test('a context that is not there is named with those that are', async () => {
  const path = await write('http://127.0.0.1:1', {});
  await expect(connectFromKubeconfig({ path, context: 'prod', clock })).rejects.toMatchObject({
    name: 'ConfigurationError',
    message: `The kubeconfig ${path} has no context "prod"; it has: here. Give --context <name>.`,
  });
});

test('a file that is not there is named with the remedy', async () => {
  const path = join(folder, 'none');
  await expect(connectFromKubeconfig({ path, clock })).rejects.toMatchObject({
    name: 'ConfigurationError',
    message: `Cannot read the kubeconfig ${path}: ENOENT. Give --kubeconfig <file> or set KUBECONFIG.`,
  });
});
