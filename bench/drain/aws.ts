import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { SpotNode } from '../../controlplane/fleet/nodes.ts';

/** An account, a table and a queue in a process of their own, so that their work is nobody's in the figures. */
export interface AwsSide {
  readonly accountEndpoint: string;
  /** The account, and a queue beside it. */
  readonly queueEndpoint: string;
  readonly queueUrl: string;
  readonly tableEndpoint: string;
  readonly tableName: string;
  /** Puts messages into the queue. */
  send(bodies: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

export interface AwsContents {
  readonly region: string;
  readonly cluster: { readonly name: string; readonly endpoint: string; readonly ca: string };
  readonly nodes: readonly SpotNode[];
}

/** What the process says when it is up. */
export type AwsAddresses = Omit<AwsSide, 'send' | 'close'>;

export async function startAws(contents: AwsContents): Promise<AwsSide> {
  const child = fork(new URL('aws-process.ts', import.meta.url), [JSON.stringify(contents)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const [addresses]: [AwsAddresses] = await Promise.race([
    once(child, 'message') as Promise<[AwsAddresses]>,
    once(child, 'exit').then(() => {
      throw new Error('the account ended before it was up');
    }),
  ]);
  return {
    ...addresses,
    send: async (bodies) => {
      child.send(bodies);
    },
    close: async () => {
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    },
  };
}
