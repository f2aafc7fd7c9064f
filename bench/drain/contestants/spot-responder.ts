import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
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
    const address = { region: REGION, accountEndpoint, tableEndpoint, tableName, queueUrl: aws.queueUrl };
    const worker = fork(new URL('spot-responder-process.ts', import.meta.url), [JSON.stringify(address)], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    await once(worker, 'message');
    const meter = openCostMeter();
    meter.add(worker.pid ?? 0);
    return {
      drain: async () => {
        meter.reset();
        const now = new Date();
        worker.send(doomed.map(({ instanceId }) => retimeEvent(aimEvent(sample, instanceId), now)));
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

export function eventsFor(doomed: Arena['doomed']): readonly string[] {
  const now = new Date();
  return doomed.map(({ instanceId }) => JSON.stringify(retimeEvent(aimEvent(sample, instanceId), now)));
}
