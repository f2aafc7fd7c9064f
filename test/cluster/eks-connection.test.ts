import { expect, test } from 'vitest';
import { eksConnector } from '../../functions/cluster/connection.ts';
import type { ClusterEndpoint } from '../../functions/cluster/endpoint.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { startCannedServer } from './canned-server.ts';
import { startSlowTlsServer } from './slow-tls-server.ts';

const noBudgets = { code: 200, body: { kind: 'PodDisruptionBudgetList', metadata: {}, items: [] } };
/** A port that nothing listens on. */
const NOBODY = { server: 'http://127.0.0.1:1' };

function connector(
  known: ClusterEndpoint | undefined,
  atEks: ClusterEndpoint | Error,
  options: { readonly doubtMs?: number } = {},
) {
  const clock = new FakeClock();
  let lookUps = 0;
  const connect = eksConnector({
    ...options,
    region: 'us-east-2',
    clock,
    random: () => 0,
    credentials: async () => ({ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' }),
    known: async () => known,
    lookUp: async () => {
      lookUps += 1;
      if (atEks instanceof Error) throw atEks;
      return atEks;
    },
  });
  return { clock, connect, lookUps: () => lookUps };
}

test('a known endpoint that answers spares EKS the question', async () => {
  await using server = await startCannedServer(() => noBudgets);
  const { connect, lookUps } = connector({ server: server.url }, NOBODY);
  const port = await connect('demo');
  expect(await port.listBudgets()).toEqual([]);
  expect(lookUps()).toBe(0);
});

test('a cluster that is not known is looked up', async () => {
  await using server = await startCannedServer(() => noBudgets);
  const { connect, lookUps } = connector(undefined, { server: server.url });
  await (await connect('demo')).listBudgets();
  expect(lookUps()).toBe(1);
});

test('a known endpoint that nobody answers at is looked up at once, and the request goes on there', async () => {
  await using server = await startCannedServer(() => noBudgets);
  const { clock, connect, lookUps } = connector(NOBODY, { server: server.url });
  const port = await connect('demo');
  await Promise.all([port.listBudgets(), port.listBudgets(), port.listBudgets()]);
  expect(lookUps()).toBe(1);
  expect(clock.slept).toEqual([]);
  expect(server.seen).toHaveLength(3);
});

test('a known endpoint that keeps silent is looked up beside the request', async () => {
  await using silent = await startCannedServer(() => undefined);
  await using server = await startCannedServer(() => noBudgets);
  const { connect } = connector({ server: silent.url }, { server: server.url }, { doubtMs: 20 });
  const port = await connect('demo');
  expect(await port.listBudgets()).toEqual([]);
});

test('a known endpoint that shows the certificate of the cluster is not doubted, however slow it answers', async () => {
  await using server = await startSlowTlsServer(2_500, noBudgets.body);
  const { connect, lookUps } = connector({ server: server.url, ca: server.ca }, NOBODY, { doubtMs: 2_000 });
  const port = await connect('demo');
  await Promise.all([port.listBudgets(), port.listBudgets()]);
  expect(lookUps()).toBe(0);
});

test('one that shows a certificate of somebody else is looked up', async () => {
  await using stranger = await startSlowTlsServer(0, noBudgets.body);
  await using server = await startSlowTlsServer(0, noBudgets.body);
  const { connect, lookUps } = connector(
    { server: stranger.url, ca: server.ca },
    { server: server.url, ca: server.ca },
  );
  await (await connect('demo')).listBudgets();
  expect(lookUps()).toBe(1);
});

test('a cluster that is where it was, only down, is an error after retries, and EKS is asked once', async () => {
  const { clock, connect, lookUps } = connector(NOBODY, NOBODY);
  const port = await connect('demo');
  expect(await failureOf(clock, port.listBudgets())).toMatchObject({
    fault: 'unreachable',
    message: expect.stringContaining('ECONNREFUSED'),
  });
  expect(lookUps()).toBe(1);
});

test('a cluster that moves while it is in use is followed', async () => {
  await using after = await startCannedServer(() => noBudgets);
  const before = await startCannedServer(() => noBudgets);
  const { connect, lookUps } = connector({ server: before.url }, { server: after.url });
  const port = await connect('demo');
  await port.listBudgets();
  await before[Symbol.asyncDispose]();
  expect(await port.listBudgets()).toEqual([]);
  expect(lookUps()).toBe(1);
});

test('a cluster that EKS knows no more is said to be gone', async () => {
  const { clock, connect } = connector(NOBODY, new Error('No cluster found for name: demo.'));
  const port = await connect('demo');
  expect(await failureOf(clock, port.listBudgets())).toMatchObject({
    message: expect.stringContaining('No cluster found'),
  });
});

/** Moves time on, retry by retry, until the call has failed. */
async function failureOf(clock: FakeClock, call: Promise<unknown>): Promise<unknown> {
  let failure: unknown;
  const settled = call.catch((error: unknown) => {
    failure = error;
  });
  while (failure === undefined) {
    await Promise.race([clock.untilAsleep(), settled]);
    await clock.advance(1_300);
  }
  return failure;
}
