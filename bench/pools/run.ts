import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { fallbackDepsIn } from '../../cli/replay/shortage/deps.ts';
import { systemClock as clock } from '../../functions/clock.ts';
import { connectTo } from '../../functions/cluster/connection.ts';
import type { FallbackDeps } from '../../functions/fallback/run/deps.ts';
import { type PassReport, runFallback } from '../../functions/fallback/run/pass.ts';
import type { Log } from '../../functions/log.ts';
import { type SimulatedAccount, startSimulatedAccount } from '../../simulator/account/account.ts';
import type { ReadQuota } from '../../simulator/account/read-bucket.ts';
import { startSimulatedCluster } from '../../simulator/cluster/cluster.ts';
import { startSimulatedTable } from '../../simulator/table/table.ts';
import { type Door, openDoor } from './door.ts';
import { seedFleet, takeSpot } from './fleet.ts';

export interface BenchOptions {
  readonly pools: number;
  readonly clusters: number;
  /** How many of the pools lose spot before the second pass. */
  readonly short: number;
  /** Of all calls of Auto Scaling together: one bucket for an account and Region. AWS publishes no figure for it. */
  readonly quota: ReadQuota;
}

export interface PassFigures {
  readonly name: string;
  readonly seconds: number;
  readonly ends: PassReport['ends'];
  /** Calls that AWS answered, by operation. */
  readonly calls: Readonly<Record<string, number>>;
  readonly tableRequests: number;
  readonly clusterRequests: number;
  /** Requests to AWS, those that were throttled among them. */
  readonly awsRequests: number;
  readonly throttled: number;
}

const REGION = 'us-east-2';
const FAKE = { accessKeyId: 'AKIAFAKE', secretAccessKey: 'fake' };
/** What Lambda gives the function, less what it keeps for writing down how far it came. */
const BUDGET_MS = 50_000;
/** What EC2 documents for its reads. */
const EC2_READS = { capacity: 100, refillPerSecond: 20 };
/** The versions of the two query protocols, as each request names them. */
const [AUTO_SCALING, EC2] = ['2011-01-01', '2016-11-15'];

/** The real pass over many pools: nothing to do, then a shortage in `short` of them, then again nothing to do. */
export async function runPools({
  clusters,
  pools,
  quota,
  short,
}: BenchOptions): Promise<readonly PassFigures[]> {
  const [account, table, ...apiServers] = await Promise.all([
    startSimulatedAccount({ clock, region: REGION }),
    startSimulatedTable(),
    ...Array.from({ length: clusters }, () => startSimulatedCluster({ clock })),
  ]);
  const named = apiServers.map((cluster, at) => ({ name: `cluster-${at}`, cluster }));
  seedFleet(account, named, pools);
  const quotas = { [AUTO_SCALING]: quota, [EC2]: EC2_READS };
  const aws = await openDoor({ target: account.endpoint, latency: [40, 120], quotas });
  const dynamo = await openDoor({ target: table.endpoint, latency: [4, 12] });
  const kubernetes = new Map<string, Door>();
  for (const { cluster, name } of named)
    kubernetes.set(name, await openDoor({ target: cluster.url, latency: [20, 60] }));
  const client = new DynamoDBClient({
    endpoint: dynamo.url,
    region: REGION,
    credentials: FAKE,
    maxAttempts: 1,
  });
  const deps = depsOf(aws, kubernetes, client, table.tableName);
  const figures = (name: string) => measure(name, deps, account, { aws, dynamo, kubernetes });
  try {
    const quiet = await figures('nothing to do');
    takeSpot(account, named, short);
    const shortage = await figures(`${short} pools short`);
    // A run leaves alone what another has settled within the clocks' skew.
    await clock.sleep(3_000);
    return [quiet, shortage, await figures('covered')];
  } finally {
    await Promise.all(
      [aws, dynamo, ...kubernetes.values(), account, table, ...apiServers].map((each) => each.close()),
    );
  }
}

function depsOf(
  aws: Door,
  kubernetes: ReadonlyMap<string, Door>,
  dynamo: DynamoDBClient,
  table: string,
): FallbackDeps {
  const client = {
    endpoint: aws.url,
    region: REGION,
    credentials: FAKE,
  };
  return fallbackDepsIn({
    // As the function has it.
    aws: { ...client, maxAttempts: 6, retryMode: 'adaptive' },
    dynamo,
    table,
    clock,
    random: Math.random,
    log: quietLog,
    owner: 'bench',
    connect: async (name) =>
      connectTo({ name, server: kubernetes.get(name)?.url ?? '' }, { clock, random: Math.random }),
  });
}

const quietLog: Log = {
  info: () => undefined,
  warn: (...line) => console.error(...line),
  error: (...line) => console.error(...line),
  with: () => quietLog,
};

async function measure(
  name: string,
  deps: FallbackDeps,
  account: SimulatedAccount,
  doors: { readonly aws: Door; readonly dynamo: Door; readonly kubernetes: ReadonlyMap<string, Door> },
): Promise<PassFigures> {
  const asked = () => [...doors.kubernetes.values()].reduce((sum, { requests }) => sum + requests, 0);
  const before = {
    calls: account.calls.length,
    table: doors.dynamo.requests,
    cluster: asked(),
    aws: doors.aws.requests,
    throttled: doors.aws.throttled,
  };
  const startedAt = performance.now();
  const { ends } = await runFallback(deps, new Date(Date.now() + BUDGET_MS));
  const seconds = (performance.now() - startedAt) / 1000;
  const calls: Record<string, number> = {};
  for (const { operation } of account.calls.slice(before.calls))
    calls[operation] = (calls[operation] ?? 0) + 1;
  return {
    name,
    seconds,
    ends,
    calls,
    tableRequests: doors.dynamo.requests - before.table,
    clusterRequests: asked() - before.cluster,
    awsRequests: doors.aws.requests - before.aws,
    throttled: doors.aws.throttled - before.throttled,
  };
}
