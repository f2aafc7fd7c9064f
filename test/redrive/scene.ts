import { readFileSync } from 'node:fs';
import { systemClock } from '../../functions/clock.ts';
import { retimeEvent } from '../../functions/signals/retime.ts';
import { CHAIN_DESCRIPTIONS, describeAccessEntry } from '../../infra/outputs.ts';
import { type SimulatedAccount, startSimulatedAccount } from '../../simulator/account/account.ts';
import type { SimulatedQueue } from '../../simulator/account/message-queue.ts';
import type { CliRun } from '../cli/run-cli.ts';
import { runHere } from '../cli/run-here.ts';
import { type Keys, runInTerminal } from '../cli/run-in-terminal.ts';
import { asOperator, RESPONDER, region } from '../enroll/scene.ts';

/** An account with the stack and its queues, and the command line beside it. */
export interface RedriveScene {
  readonly account: SimulatedAccount;
  readonly dead: SimulatedQueue;
  readonly events: SimulatedQueue;
  readonly failedRuns: SimulatedQueue;
  /** What `OTHER` could not forward, once it is served. */
  readonly notForwarded: SimulatedQueue;
  serveOther(): void;
  redrive(...args: readonly string[]): Promise<CliRun>;
  inTerminal(...typed: readonly Keys[]): ReturnType<typeof runInTerminal>;
  close(): Promise<void>;
}

export const OTHER = 'eu-west-1';
const BUS = 'arn:aws:events:us-east-2:111122223333:event-bus/spot-responder';

export async function openScene(): Promise<RedriveScene> {
  const account = await startSimulatedAccount({ clock: systemClock, region });
  const dead = account.addQueue({ name: 'DeadLetters' });
  const events = account.addQueue({ name: 'Continuations', deadLetterQueue: dead });
  const failedRuns = account.addQueue({ name: 'FailedRuns' });
  const notForwarded = account.addQueue({ name: 'NotForwarded' });
  const outputs = [
    { key: 'ResponderRole', value: RESPONDER, description: describeAccessEntry('spot-responder') },
    { key: 'EventBus', value: 'spot-responder', description: CHAIN_DESCRIPTIONS.bus },
    { key: 'DeadLetterQueue', value: dead.url, description: CHAIN_DESCRIPTIONS.deadLetters },
    { key: 'FailedRunsQueue', value: failedRuns.url, description: CHAIN_DESCRIPTIONS.failedRuns },
    { key: 'EventQueue', value: events.url, description: CHAIN_DESCRIPTIONS.events },
  ];
  account.addStack({ name: 'SpotResponder', outputs });
  const answer = { Targets: [{ Id: 'a', Arn: BUS, DeadLetterConfig: { Arn: notForwarded.arn } }] };
  account.addStack({
    name: `SpotResponder-${OTHER}`,
    region: OTHER,
    outputs: [],
    resources: ['one', 'two'].map((logicalId) => ({ logicalId, type: 'AWS::Events::Rule', answer })),
  });
  const environment = asOperator(account);
  return {
    account,
    dead,
    events,
    failedRuns,
    notForwarded,
    serveOther: () => {
      const regions = { key: 'ExtraRegions', value: OTHER, description: CHAIN_DESCRIPTIONS.extraRegions };
      account.addStack({ name: 'SpotResponder', outputs: [...outputs, regions] });
    },
    redrive: (...args) => runHere(environment, 'redrive', ...args),
    inTerminal: (...typed) => runInTerminal(environment, ['redrive', 'responder'], typed),
    close: () => account.close(),
  };
}

const sample = JSON.parse(
  readFileSync(new URL('../../events/spot-interruption-terminate.json', import.meta.url), 'utf8'),
);

/** A spot interruption warning of so long ago, as a letter's body. */
export function warning(secondsAgo: number): string {
  return JSON.stringify(retimeEvent(sample, new Date(Date.now() - secondsAgo * 1_000)));
}

export function bodiesOf(queue: SimulatedQueue): readonly string[] {
  return queue.sent.map(({ body }) => body);
}
