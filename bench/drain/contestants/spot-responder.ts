import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { WorldAddress } from '../../../cli/replay/embedded-deps.ts';
import { indexWorld } from '../../../cli/replay/embedded-index.ts';
import { systemClock } from '../../../functions/clock.ts';
import { aimEvent, retimeEvent } from '../../../functions/signals/retime.ts';
import type { Arena, Contestant } from '../contestant.ts';
import { openCostMeter } from '../cost.ts';

const REGION = 'us-east-2';
const sample: unknown = JSON.parse(
  readFileSync(new URL('../../../events/spot-interruption-terminate.json', import.meta.url), 'utf8'),
);

export const spotResponder: Contestant = {
  name: 'spot-responder',
  isUser: (user) => user.includes(':assumed-role/SpotResponder/'),
  prepare: async ({ aws, doomed }: Arena) => {
    const { accountEndpoint, tableEndpoint, tableName } = aws;
    const address: WorldAddress = {
      region: REGION,
      accountEndpoint,
      tableEndpoint,
      tableName,
      queueUrl: aws.queueUrl,
    };
    // The index function has run in the last minute: an interruption finds its node in the table.
    await indexWorld(address, systemClock);
    const worker = fork(
      new URL('spot-responder-process.ts', import.meta.url),
      [JSON.stringify(address), String(doomed.length)],
      {
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      },
    );
    await once(worker, 'message');
    const meter = openCostMeter();
    meter.add(worker.pid ?? 0);
    return {
      drain: async () => {
        meter.reset();
        worker.send(eventsFor(doomed));
        await Promise.race([once(worker, 'message'), once(worker, 'exit')]);
      },
      cost: () => meter.read(),
      close: async () => {
        meter.stop();
        worker.kill();
      },
    };
  },
};

/** One warning for each node, sent now. Each has an id of its own: node termination handler drops what it has seen. */
export function eventsFor(doomed: Arena['doomed']): readonly object[] {
  const now = new Date();
  return doomed.map(({ instanceId }) =>
    Object.assign({}, retimeEvent(aimEvent(sample, instanceId), now), { id: randomUUID() }),
  );
}
