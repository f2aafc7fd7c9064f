import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** A cluster, its account's EC2 and a table in memory, in processes of their own. Endpoints of what they serve. */
export interface SimulatedWorld {
  readonly cluster: { readonly server: string; readonly caPem: string };
  /** Endpoints by service, in place of moto's. */
  readonly routes: Readonly<Record<string, string>>;
  /** Takes PutEvents in place of moto's bus, which must be made there first. */
  readonly bus: string;
  /** Adds spot instances and their nodes, numbered from 1 on, each with one pod. */
  fill(nodes: number): Promise<void>;
  look(): Promise<WorldLook>;
  close(): Promise<void>;
}

/** What became of the world. */
interface WorldLook {
  readonly cordoned: number;
  /** Pods on the nodes that `fill` made. */
  readonly pods: number;
}

export type WorldOrder = { readonly type: 'fill'; readonly nodes: number } | { readonly type: 'look' };
export type WorldWord =
  | { readonly type: 'up'; readonly routes: Readonly<Record<string, string>>; readonly cluster?: string }
  | { readonly type: 'filled' }
  | { readonly type: 'look'; readonly look: WorldLook };

export async function startSimulatedWorld(): Promise<SimulatedWorld> {
  const [world, table] = ['world', 'table'].map((part) =>
    fork(new URL('simulated-process.ts', import.meta.url), [part], { detached: true }),
  );
  if (!world || !table) throw new Error('no process');
  const [up, tableUp] = await Promise.all([hear(world, 'up'), hear(table, 'up')]);
  const ask = <Type extends WorldWord['type']>(order: WorldOrder, type: Type) => {
    const answer = hear(world, type);
    world.send(order);
    return answer;
  };
  return {
    cluster: { server: up.cluster ?? '', caPem: '' },
    routes: { ...up.routes, ...tableUp.routes },
    bus: up.routes.ec2 ?? '',
    fill: async (nodes) => void (await ask({ type: 'fill', nodes }, 'filled')),
    look: async () => (await ask({ type: 'look' }, 'look')).look,
    close: async () => {
      await Promise.all([world, table].map(end));
    },
  };
}

async function hear<Type extends WorldWord['type']>(
  child: ChildProcess,
  type: Type,
): Promise<Extract<WorldWord, { readonly type: Type }>> {
  const heard = new AbortController();
  const { signal } = heard;
  const gone = once(child, 'exit', { signal }).then((): never => {
    throw new Error('the simulated world ended');
  });
  const [word]: [WorldWord] = await Promise.race([
    once(child, 'message', { signal }) as Promise<[WorldWord]>,
    gone,
  ]).finally(() => heard.abort());
  if (word.type === type) return word as Extract<WorldWord, { readonly type: Type }>;
  throw new Error(`the simulated world said ${word.type} instead of ${type}`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
