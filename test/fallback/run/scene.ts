import { worldCredentials } from '../../../cli/replay/embedded-deps.ts';
import { fallbackDepsIn } from '../../../cli/replay/shortage/deps.ts';
import { connectTo } from '../../../functions/cluster/connection.ts';
import type { FallbackDeps } from '../../../functions/fallback/run/deps.ts';
import { type PassReport, runFallback } from '../../../functions/fallback/run/pass.ts';
import type { Concerns } from '../../../functions/fallback/world/observe.ts';
import { type SimulatedAccount, startSimulatedAccount } from '../../../simulator/account/account.ts';
import { type SimulatedCluster, startSimulatedCluster } from '../../../simulator/cluster/cluster.ts';
import { type SimulatedTable, startSimulatedTable } from '../../../simulator/table/table.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { recordingLog } from '../../support/recording-log.ts';
import { CLUSTER, doomNode, type SceneOptions, seedGroups } from './pool.ts';
import { pumped } from './pumped.ts';

export const region = 'us-east-2';
export const NO_CAPACITY =
  'Could not launch Spot Instances. InsufficientInstanceCapacity - There is no Spot capacity available that matches your request. Launching EC2 instance failed.';

/** A pool of two spot nodes with four GPUs each, and an on-demand group behind it; all spoken to over its real protocol. */
export interface FallbackScene {
  readonly clock: FakeClock;
  readonly account: SimulatedAccount;
  readonly cluster: SimulatedCluster;
  readonly table: SimulatedTable;
  readonly lines: readonly string[];
  /** As another process would have them. */
  readonly deps: (owner: string) => FallbackDeps;
  /** One pass. */
  run(options?: { readonly deps?: FallbackDeps; readonly concerns?: Concerns }): Promise<PassReport>;
  /** A pass at the end of each minute, with what boots and what Auto Scaling retries in between. */
  minutes(count: number): Promise<void>;
  minuteWithoutRun(): Promise<void>;
  /** Nodes of the group by instance, booted or not. */
  members(group: string): readonly string[];
  desired(group: string): number;
  /** The instance gets its notice, as the responder leaves the node, and is gone two minutes later. */
  doom(instanceId: string): void;
  told(): readonly {
    readonly action: string;
    readonly reason: string;
    readonly revision: number;
    readonly episode: string;
    readonly refusals: readonly { reason: string; remedy?: string }[];
  }[];
  close(): Promise<void>;
}

const BOOT_MINUTES = 3;

export async function startFallbackScene(options: SceneOptions = {}): Promise<FallbackScene> {
  const clock = new FakeClock();
  const [account, cluster, table] = await Promise.all([
    startSimulatedAccount({ clock, region }),
    startSimulatedCluster({ clock }),
    startSimulatedTable(),
  ]);
  account.addCluster({ name: CLUSTER, endpoint: cluster.url, ca: '' });
  const { log, lines } = recordingLog();
  const booting: { at: number; join: () => void }[] = [];
  const leaving: { at: number; leave: () => void }[] = [];
  const boot = (options.bootMinutes ?? BOOT_MINUTES) * 60_000;
  const join = (instanceId: string, group: string) =>
    cluster.addNode({
      name: `node-${instanceId}`,
      instanceId,
      zone: 'us-east-2a',
      gpus: 4,
      instanceType: 'g5.12xlarge',
      labels: { group },
      taints: [{ key: 'nvidia.com/gpu', effect: 'NoSchedule' }],
    });
  account.onLaunch(({ instanceId }, group) => {
    if (clock.now().getTime() === START) join(instanceId, group);
    else booting.push({ at: clock.now().getTime() + boot, join: () => void join(instanceId, group) });
  });
  account.onTermination((instanceId) => cluster.removeNode(`node-${instanceId}`));
  const START = clock.now().getTime();
  seedGroups(account, options);
  account.retryLaunches();

  const depsOf = (owner: string): FallbackDeps =>
    fallbackDepsIn({
      aws: { endpoint: account.endpoint, region, credentials: worldCredentials, maxAttempts: 1 },
      dynamo: table.client(),
      table: table.tableName,
      clock,
      random: () => 0.5,
      log,
      owner,
      connect: async (name) => connectTo({ name, server: cluster.url }, { clock, random: () => 0.5 }),
    });
  const own = depsOf('run');

  const scene: FallbackScene = {
    clock,
    account,
    cluster,
    table,
    lines,
    deps: depsOf,
    run: ({ deps = own, concerns } = {}) =>
      pumped(clock, runFallback(deps, new Date(clock.now().getTime() + 45_000), concerns)),
    minutes: async (count) => {
      for (let minute = 0; minute < count; minute++) {
        await scene.minuteWithoutRun();
        await scene.run();
      }
    },
    minuteWithoutRun: async () => {
      await clock.advance(60_000);
      const now = clock.now().getTime();
      for (const each of takeDue(leaving, now)) each.leave();
      account.retryLaunches();
      for (const each of takeDue(booting, now)) each.join();
    },
    members: (group) => membersOf(account, group),
    desired: (group) => account.autoScalingGroup(group)?.desired ?? -1,
    doom: (instanceId) => {
      doomNode(cluster, instanceId, clock.now());
      leaving.push({
        at: clock.now().getTime() + 120_000,
        leave: () => {
          cluster.removeNode(`node-${instanceId}`);
          account.setInstanceState(instanceId, 'terminated');
        },
      });
    },
    told: () => account.events.map(({ detail }) => detail as ReturnType<FallbackScene['told']>[number]),
    close: async () => {
      await Promise.all([account.close(), cluster.close(), table.close()]);
    },
  };
  return scene;
}

function takeDue<Item extends { readonly at: number }>(items: Item[], now: number): Item[] {
  const due = items.filter(({ at }) => at <= now);
  for (const item of due) items.splice(items.indexOf(item), 1);
  return due;
}

function membersOf(account: SimulatedAccount, group: string): readonly string[] {
  return account.instancesOf(group).map(({ instanceId }) => instanceId);
}
