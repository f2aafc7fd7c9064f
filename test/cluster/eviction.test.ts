import { expect, test } from 'vitest';
import { connectTo } from '../../functions/cluster/connection.ts';
import type { EvictionAnswer } from '../../functions/cluster/port.ts';
import { patientClock } from '../support/patient-clock.ts';
import { type CannedAnswer, refusal, startCannedServer } from './canned-server.ts';

const clock = patientClock(1000);
const pod = { namespace: 'ml', name: 'web-0', uid: 'uid-1' };
const rbac = (verb: string, resource: string) =>
  `pods "web-0" is forbidden: User "x" cannot ${verb} resource "${resource}" in API group "" in the namespace "ml"`;
const overBudget = "Cannot evict pod as it would violate the pod's disruption budget.";
const severalBudgets =
  'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.';
const spent = 'The disruption budget web.a needs 2 healthy pods and has 2 currently';
const uidMismatch =
  'Operation cannot be fulfilled on Pod "web-0": the UID in the precondition (uid-1) does not match the UID in record (uid-2). The object might have been deleted and then recreated';
const staleBudget =
  'Operation cannot be fulfilled on poddisruptionbudgets.policy "web": the object has been modified; please apply your changes to the latest version and try again';
const causedBy = (message: string) => ({ causes: [{ reason: 'DisruptionBudget', message }] });

const table: readonly [string, CannedAnswer, Partial<EvictionAnswer>][] = [
  ['accepts 201', { code: 201, body: { kind: 'Status', status: 'Success' } }, { type: 'accepted' }],
  ['takes 404 for gone', refusal(404, 'pods "web-0" not found', { kind: 'pods' }), { type: 'gone' }],
  ['takes a failed UID precondition for gone', refusal(409, uidMismatch), { type: 'gone' }],
  [
    'takes the storage wording of it for gone',
    refusal(409, 'Precondition failed: UID in precondition: uid-1, UID in object meta: uid-2'),
    { type: 'gone' },
  ],
  [
    'retries a conflict on the budget',
    refusal(409, staleBudget),
    { type: 'retry', reason: `409 ${staleBudget}` },
  ],
  [
    "retries a failure of the server's own resourceVersion precondition",
    refusal(
      409,
      'Precondition failed: ResourceVersion in precondition: 1, ResourceVersion in object meta: 2',
    ),
    { type: 'retry' },
  ],
  [
    'retries when the budget vanished in between',
    refusal(404, 'poddisruptionbudgets.policy "web" not found', { kind: 'poddisruptionbudgets' }),
    { type: 'retry' },
  ],
  [
    'names the budget that is spent',
    refusal(429, overBudget, causedBy(spent)),
    { type: 'blocked-by-budget', message: `${overBudget} ${spent}`, budgets: ['web.a'] },
  ],
  [
    'waits for a budget that is not observed yet',
    refusal(429, overBudget, {
      ...causedBy('The disruption budget web is still being processed by the server.'),
      retryAfterSeconds: 10,
    }),
    { type: 'retry', reason: `429 ${overBudget}`, afterSeconds: 10 },
  ],
  [
    'waits as priority and fairness asks',
    {
      code: 429,
      body: 'Too many requests, please try again later.\n',
      headers: { 'content-type': 'text/plain', 'retry-after': '3' },
    },
    { type: 'retry', reason: '429 Too many requests, please try again later.', afterSeconds: 3 },
  ],
  ['refuses several budgets', refusal(500, severalBudgets), { type: 'refused', reason: severalBudgets }],
  ['retries another 500', refusal(500, 'etcdserver: leader changed'), { type: 'retry' }],
  [
    'retries 504 after the server gave up',
    refusal(504, 'due to conflicts', { retryAfterSeconds: 10 }),
    { type: 'retry', reason: '504 due to conflicts' },
  ],
  [
    'refuses an invalid budget',
    refusal(403, 'poddisruptionbudget.policy "web" is forbidden: pdb disruptions allowed is negative'),
    { type: 'refused' },
  ],
  [
    'retries while too many evictions are unconfirmed',
    refusal(
      403,
      'poddisruptionbudget.policy "web" is forbidden: DisruptedPods map too big - too many evictions not confirmed by PDB controller',
    ),
    { type: 'retry' },
  ],
  [
    'refuses what a webhook denies',
    refusal(400, 'admission webhook "x" denied the request: no'),
    { type: 'refused' },
  ],
];

test.each(table)('an eviction %s', async (_, answer, expected) => {
  await using server = await startCannedServer(() => answer);
  const cluster = connectTo({ name: 'demo', server: server.url }, { clock });
  expect(await cluster.evict(pod, { dryRun: false })).toMatchObject(expected);
  expect(cluster.requestCounts()).toEqual({ 'create pods/eviction': 1 });
});

test.each(table.filter(([, { code }]) => code !== 429))('a delete %s', async (_, answer, expected) => {
  await using server = await startCannedServer(() => answer);
  const cluster = connectTo({ name: 'demo', server: server.url }, { clock });
  expect(await cluster.deletePod(pod, { dryRun: false })).toMatchObject(expected);
  expect(cluster.requestCounts()).toEqual({ 'delete pods': 1 });
});

test('an eviction carries UID, grace and the dry run', async () => {
  await using server = await startCannedServer(() => ({ code: 201, body: {} }));
  const cluster = connectTo({ name: 'demo', server: server.url }, { clock });
  await cluster.evict(pod, { dryRun: true, gracePeriodSeconds: 7 });
  expect(server.seen[0]?.url.searchParams.get('dryRun')).toBe('All');
  expect(JSON.parse(server.seen[0]?.body ?? '')).toEqual({
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { namespace: 'ml', name: 'web-0' },
    deleteOptions: { gracePeriodSeconds: 7, preconditions: { uid: 'uid-1' } },
  });
});

test.each([
  ['evict', 'create', 'pods/eviction'],
  ['deletePod', 'delete', 'pods'],
] as const)('%s names the missing rule', async (method, verb, resource) => {
  await using server = await startCannedServer(() => refusal(403, rbac(verb, resource)));
  const cluster = connectTo({ name: 'demo', server: server.url }, { clock });
  await expect(cluster[method](pod, { dryRun: false })).rejects.toMatchObject({
    fault: 'forbidden',
    message: expect.stringContaining(`{apiGroups: [""], resources: ["${resource}"], verbs: ["${verb}"]}`),
  });
});

test('an eviction whose connection breaks is to be retried', async () => {
  await using server = await startCannedServer((_, response) => {
    response.socket?.resetAndDestroy();
    return undefined;
  });
  const cluster = connectTo({ name: 'demo', server: server.url }, { clock });
  const answer = await cluster.evict(pod, { dryRun: false });
  expect(answer).toMatchObject({ type: 'retry', reason: expect.stringContaining('ECONNRESET') });
});

test('an eviction of a server that is down is to be retried', async () => {
  const server = await startCannedServer(() => undefined);
  await server[Symbol.asyncDispose]();
  const cluster = connectTo({ name: 'demo', server: server.url }, { clock });
  const answer = await cluster.evict(pod, { dryRun: false });
  expect(answer).toMatchObject({ type: 'retry', reason: expect.stringContaining('ECONNREFUSED') });
});

test.each([
  ['patched', { code: 200, body: {} }],
  ['gone', refusal(404, 'pods "web-0" not found')],
  ['gone', refusal(409, 'Precondition failed: UID in precondition: uid-1, UID in object meta: uid-2')],
  ['gone', refusal(422, 'Pod "web-0" is invalid: metadata.uid: Invalid value: "uid-1": field is immutable')],
] as const)('marking a pod disrupted is %s', async (expected, answer) => {
  await using server = await startCannedServer(() => answer);
  const cluster = connectTo({ name: 'demo', server: server.url }, { clock });
  expect(await cluster.markDisrupted(pod, 'SpotInterruption', 'why', { dryRun: false })).toBe(expected);
  expect(server.seen[0]?.headers['content-type']).toBe('application/strategic-merge-patch+json');
  expect(JSON.parse(server.seen[0]?.body ?? '')).toMatchObject({
    metadata: { uid: 'uid-1' },
    status: { conditions: [{ type: 'DisruptionTarget', status: 'True', reason: 'SpotInterruption' }] },
  });
});
