import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { systemClock } from '../../functions/clock.ts';
import { regionOf } from '../aws/region.ts';
import { openSqs } from '../aws/sqs.ts';
import { type DeployedStack, readStack } from '../aws/stack.ts';
import { askConsent } from '../consent.ts';
import { exitCodes } from '../exit-codes.ts';
import { noProgress, showProgress } from '../progress.ts';
import { openMailbox, send } from './mailbox.ts';
import { sqsDeadLetters } from './notice-queues.ts';
import { countNotices, describeMoved, type NoticesMoved, redriveNotices } from './notices.ts';
import { findQueues, SLACK } from './queues.ts';
import { type OpenQueue, openQueue, putBack, type Redriven, redriveQueue } from './redrive.ts';
import { asJson, askAbout, showQueue, showRedriven } from './show.ts';

export interface RedriveOptions {
  readonly region?: string;
  readonly stack: string;
  readonly dryRun?: true;
  readonly yes?: true;
  readonly json?: true;
}

interface Sight {
  /** Emptied from the front as they are worked on. */
  readonly open: OpenQueue[];
  /** That Slack did not take. */
  readonly notices: number;
}

/** For a person who waits; scripts read the lines that say what was done. */
const progress = process.stderr.isTTY ? showProgress(process.stderr) : noProgress;

/** Shows what is dead, asks, and sends again what can still be acted on. Returns the exit code. */
export async function runRedrive(queue: string | undefined, options: RedriveOptions): Promise<number> {
  const formation = new CloudFormationClient(options.region ? { region: options.region } : {});
  const region = await regionOf(formation);
  const stack = await readStack(formation, options.stack);
  let unseen = 0;
  const found = await findQueues(stack, queue, (name, { message }) => {
    unseen += 1;
    console.error(`${name}: not seen: ${message}`);
  });
  const stop = new AbortController();
  const onInterrupt = () => stop.abort();
  process.on('SIGINT', onInterrupt);
  const open: OpenQueue[] = [];
  try {
    for (const { at, name } of found) {
      const read = (update: (text: string) => void) =>
        openQueue(
          name,
          openMailbox(at, (taken) => update(`${taken} read`)),
          { clock: systemClock, region },
        );
      open.push(await progress.step(name, read));
    }
    const isAsked = queue === undefined || queue === SLACK;
    const notices = isAsked ? await countNotices(sqsDeadLetters(openSqs({ region }))) : 0;
    const code = await settle({ open, notices }, stack, options, stop);
    return code === exitCodes.ok && unseen > 0 ? exitCodes.failed : code;
  } finally {
    process.removeListener('SIGINT', onInterrupt);
    for (const each of open) await putBack(each);
  }
}

async function settle(
  { notices, open }: Sight,
  stack: DeployedStack,
  { dryRun, json, yes }: RedriveOptions,
  stop: AbortController,
): Promise<number> {
  const letters = open.flatMap((each) => each.letters);
  const seen = [...open];
  const tell = json ? () => undefined : console.log;
  for (const each of open) tell(showQueue(each));
  if (notices > 0) tell(`${SLACK}: about ${notices} notices that Slack did not take`);
  const isIdle = notices === 0 && letters.every(({ verdict }) => verdict.type === 'unreadable');
  if (dryRun || isIdle) {
    if (json) console.log(asJson(seen, notices));
    return letters.length > 0 && isIdle ? exitCodes.failed : exitCodes.ok;
  }
  const request = { command: 'redrive', warning: askAbout(letters, notices), word: 'yes' };
  const consent = yes ? 'given' : await askConsent(request, stop);
  if (consent !== 'given') {
    console.error('Nothing was done.');
    return consent === 'stopped' ? exitCodes.interrupted : exitCodes.failed;
  }
  const done = await workOff(open, stack, stop.signal, tell);
  const moved = notices > 0 && !stop.signal.aborted ? await moveNotices(stack.region, tell) : undefined;
  if (json) console.log(asJson(seen, notices, { done, ...(moved && { moved }) }));
  if (stop.signal.aborted) return exitCodes.interrupted;
  const isWhole = moved?.type !== 'stopped' && Object.values(done).every(({ kept }) => kept === 0);
  return isWhole ? exitCodes.ok : exitCodes.failed;
}

const NOTHING: Redriven = { sent: 0, thrownAway: 0, kept: 0 };

async function workOff(
  open: OpenQueue[],
  { queues, region }: DeployedStack,
  signal: AbortSignal,
  tell: (line: string) => void,
): Promise<Readonly<Record<string, Redriven>>> {
  const sqs = openSqs({ region });
  const done: Record<string, Redriven> = {};
  for (let queue = open.shift(); queue; queue = open.shift()) {
    const { letters, name } = queue;
    const work = (update: (text: string) => void) =>
      redriveQueue(queue, {
        send: (body) => send({ sqs, region, url: queues?.events ?? '' }, body),
        signal,
        onProgress: (settled) => update(`${settled} of ${letters.length} settled`),
      });
    const result = letters.length > 0 ? await progress.step(name, work) : NOTHING;
    done[name] = result;
    if (letters.length > 0) tell(showRedriven(name, result));
  }
  return done;
}

async function moveNotices(region: string, tell: (line: string) => void): Promise<NoticesMoved> {
  const moved = await redriveNotices({
    clock: systemClock,
    deadLetters: sqsDeadLetters(openSqs({ region })),
    tell: (line) => console.error(line),
  });
  tell(describeMoved(moved));
  return moved;
}
