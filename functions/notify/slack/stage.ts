import type { Clock } from '../../clock.ts';
import type { Log } from '../../log.ts';
import type { Hold, Shown } from '../ledger/hold.ts';
import type { Spoken } from '../publish.ts';
import type { Answer, Messenger, Where } from './messenger.ts';
import type { Pace } from './pace.ts';
import { type Call, persist } from './persist.ts';

export interface ShowDeps {
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly pace: Pace;
  /** The bot with the token that is in the secret. */
  readonly bot: () => Promise<Messenger>;
  /** Slack said that the token is no longer valid: the next `bot()` reads the secret again. */
  readonly forget: () => void;
}

/** What the steps of showing one conversation share. */
export interface Stage extends ShowDeps {
  readonly hold: Hold;
  readonly channel: string;
  readonly until: Date;
}

export const SAID = { type: 'said' } as const;

type Pacing = Pick<Call<unknown>, 'kind' | 'gapMilliseconds' | 'repeatable'>;

/** About one post a second and channel; edits and look-ups are tier 3, 50 a minute. docs.slack.dev/apis/web-api/rate-limits */
export const EDIT: Pacing = { kind: 'edit', gapMilliseconds: 1_250, repeatable: true };
export const FIND: Pacing = { kind: 'find', gapMilliseconds: 1_250, repeatable: true };
export function postIn(channel: string): Pacing {
  return { kind: `post ${channel}`, gapMilliseconds: 1_100, repeatable: false };
}

export function send<Value>(
  stage: Stage,
  pacing: Pacing,
  call: (bot: Messenger) => Promise<Answer<Value>>,
): Promise<Answer<Value>> {
  const deps = { ...stage, stay: () => stage.hold.stay() };
  return persist(deps, { ...pacing, send: async () => call(await stage.bot()) }, stage.until);
}

export function stop(answer: Exclude<Answer<unknown>, { type: 'done' }>): Spoken {
  switch (answer.type) {
    case 'limited':
      return {
        type: 'unfinished',
        reason: `Slack asks to wait ${answer.afterSeconds} s: this app or its workspace sends too much. Try again after that.`,
      };
    case 'uncertain':
      return { type: 'unfinished', reason: answer.reason };
    case 'missing':
      return { type: 'unfinished', reason: 'the message is not there' };
    case 'unauthorized':
    case 'refused':
      return { type: 'refused', reason: answer.reason };
  }
}

export async function remember({ hold }: Stage, key: string, shown: Shown): Promise<Spoken> {
  await hold.write({ ...hold.shown(), [key]: shown });
  return SAID;
}

export function shownOf({ hold }: Stage, key: string): Shown {
  return hold.shown()[key] ?? {};
}

export function placeOf(stage: Stage, key: string): Where {
  const thread = key === 'parent' ? undefined : shownOf(stage, 'parent').ts;
  const mark = `${stage.hold.conversation}#${key}`;
  return { channel: stage.channel, mark, ...(thread !== undefined && { thread }) };
}
