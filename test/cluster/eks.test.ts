import { createHash, createHmac } from 'node:crypto';
import { DescribeClusterCommand, EKSClient } from '@aws-sdk/client-eks';
import { mockClient } from 'aws-sdk-client-mock';
import { expect, test } from 'vitest';
import type { Clock } from '../../functions/clock.ts';
import { eksConnector } from '../../functions/cluster/connection.ts';
import { eksOver } from '../../functions/cluster/eks.ts';
import { signEksToken } from '../../functions/cluster/eks-token.ts';
import { refusal, startCannedServer } from './canned-server.ts';
import { collect } from './collect.ts';

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'a/b+c==' };

function steppedClock(start = '2026-11-02T10:00:00Z'): Clock & { advance(seconds: number): void } {
  let now = Date.parse(start);
  return {
    now: () => new Date(now),
    sleep: async (ms) => {
      now += ms;
    },
    advance: (seconds) => {
      now += seconds * 1000;
    },
  };
}

function decode(token: string): URL {
  expect(token).toMatch(/^k8s-aws-v1\.[\w-]+$/);
  return new URL(Buffer.from(token.slice('k8s-aws-v1.'.length), 'base64url').toString());
}

const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
const sha = (text: string) => createHash('sha256').update(text).digest('hex');

/** Signature Version 4 as the documentation of AWS spells it, independent of the signer. */
function recomputeSignature(url: URL, clusterName: string, region: string): string {
  const query = [...url.searchParams]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .sort();
  const canonical = [
    'GET',
    '/',
    query.join('&'),
    `host:${url.host}`,
    `x-k8s-aws-id:${clusterName}`,
    '',
    'host;x-k8s-aws-id',
    sha(''),
  ];
  const scope = `20261102/${region}/sts/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', '20261102T100000Z', scope, sha(canonical.join('\n'))].join('\n');
  const key = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${credentials.secretAccessKey}`);
  return hmac(key, text).toString('hex');
}

test('a token is a presigned GetCallerIdentity that names the cluster in a signed header', async () => {
  const region = 'us-east-2';
  const token = await signEksToken({
    clusterName: 'demo',
    region,
    clock: steppedClock(),
    credentials: async () => credentials,
  });
  const url = decode(token);
  expect(url.origin + url.pathname).toBe('https://sts.us-east-2.amazonaws.com/');
  expect(Object.fromEntries(url.searchParams)).toMatchObject({
    Action: 'GetCallerIdentity',
    Version: '2011-06-15',
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': 'AKIDEXAMPLE/20261102/us-east-2/sts/aws4_request',
    'X-Amz-Date': '20261102T100000Z',
    'X-Amz-Expires': '60',
    'X-Amz-Security-Token': 'a/b+c==',
    'X-Amz-SignedHeaders': 'host;x-k8s-aws-id',
  });
  expect(url.searchParams.get('X-Amz-Signature')).toBe(recomputeSignature(url, 'demo', region));
});

test.each([
  ['cn-north-1', 'sts.cn-north-1.amazonaws.com.cn'],
  ['us-gov-west-1', 'sts.us-gov-west-1.amazonaws.com'],
  ['us-isob-east-1', 'sts.us-isob-east-1.sc2s.sgov.gov'],
])('in %s the token is for %s', async (region, host) => {
  const token = await signEksToken({
    clusterName: 'demo',
    region,
    clock: steppedClock(),
    credentials: async () => credentials,
  });
  expect(decode(token).host).toBe(host);
});

function connector(server: string, clock: Clock) {
  const eks = new EKSClient({ region: 'us-east-2', credentials });
  const calls = mockClient(eks);
  calls
    .on(DescribeClusterCommand)
    .resolves({ cluster: { name: 'demo', endpoint: server, status: 'ACTIVE' } });
  const lookUp = eksOver(eks, 'us-east-2').describeCluster;
  const identity = { region: 'us-east-2', clock, credentials: async () => credentials };
  return { connect: eksConnector({ ...identity, random: () => 0, lookUp }), calls };
}

const noBudgets = { code: 200, body: { kind: 'PodDisruptionBudgetList', metadata: {}, items: [] } };

test('endpoint, token and connection are kept while warm, counts are of one port', async () => {
  await using server = await startCannedServer(() => noBudgets);
  const clock = steppedClock();
  const { connect, calls } = connector(server.url, clock);
  const [first, second] = [await connect('demo'), await connect('demo')];
  await first.listBudgets();
  await second.listBudgets();
  clock.advance(11 * 60);
  await second.listBudgets();
  expect(calls.calls()).toHaveLength(1);
  expect(server.connections()).toBe(1);
  expect(first.requestCounts()).toEqual({ 'list poddisruptionbudgets': 1 });
  const tokens = server.seen.map(({ headers }) => headers.authorization);
  expect(tokens[1]).toBe(tokens[0]);
  expect(tokens[2]).not.toBe(tokens[0]);
});

test('a refused token is replaced once', async () => {
  const clock = steppedClock();
  await using server = await startCannedServer(() => {
    clock.advance(1);
    return server.seen.length === 1 ? refusal(401, 'Unauthorized') : noBudgets;
  });
  const port = await connector(server.url, clock).connect('demo');
  expect(await port.listBudgets()).toEqual([]);
  const tokens = server.seen.map(({ headers }) => headers.authorization);
  expect(new Set(tokens).size).toBe(2);
});

test('a token refused twice asks for the access entry and shows no token', async () => {
  await using server = await startCannedServer(() => refusal(401, 'Unauthorized'));
  const port = await connector(server.url, steppedClock()).connect('demo');
  for (const act of [
    () => port.listBudgets(),
    () => port.evict({ namespace: 'a', name: 'b', uid: 'c' }, { dryRun: false }),
    () => collect(port.watchPodsOnNode('n', '1', new AbortController().signal)),
  ]) {
    const error = await act().catch((failure: unknown) => failure);
    expect(error).toMatchObject({ fault: 'unauthorized', message: expect.stringContaining('access entry') });
    expect(JSON.stringify(error) + String(error)).not.toContain('k8s-aws-v1');
  }
  expect(server.seen).toHaveLength(6);
});

test('an endpoint that does not answer is looked up again', async () => {
  const gone = await startCannedServer(() => noBudgets);
  const { connect, calls } = connector(gone.url, steppedClock());
  const port = await connect('demo');
  await gone[Symbol.asyncDispose]();
  await expect(port.listBudgets()).rejects.toMatchObject({ fault: 'unreachable' });
  await connect('demo');
  expect(calls.calls()).toHaveLength(2);
});

test('a cluster that EKS does not know is an error with a remedy, and asked for again', async () => {
  const { connect, calls } = connector('http://127.0.0.1:1', steppedClock());
  const unknown = Object.assign(new Error('No cluster found for name: demo.'), {
    name: 'ResourceNotFoundException',
  });
  calls.on(DescribeClusterCommand).rejects(unknown);
  await expect(connect('demo')).rejects.toMatchObject({
    operation: 'DescribeCluster',
    code: 'ResourceNotFoundException',
    message: expect.stringContaining('still exists in us-east-2'),
  });
  await expect(connect('demo')).rejects.toThrow();
  expect(calls.calls()).toHaveLength(2);
});

test('a cluster that is being made has no endpoint yet', async () => {
  const { connect, calls } = connector('', steppedClock());
  calls.on(DescribeClusterCommand).resolves({ cluster: { name: 'demo', status: 'CREATING' } });
  await expect(connect('demo')).rejects.toMatchObject({
    fault: 'unreachable',
    message: expect.stringContaining('CREATING'),
  });
});
