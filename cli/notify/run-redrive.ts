import { SQSClient } from '@aws-sdk/client-sqs';
import { systemClock } from '../../functions/clock.ts';
import { plural } from '../../functions/notify/message/words.ts';
import { exitCodes } from '../exit-codes.ts';
import { sqsDeadLetters } from './dead-letters.ts';
import { type Redrive, redrive } from './redrive.ts';

/** Moves the dead notices back. Returns the exit code. */
export async function runRedrive({ json }: { readonly json?: true }): Promise<number> {
  const result = await redrive({
    clock: systemClock,
    deadLetters: sqsDeadLetters(new SQSClient({})),
    tell: (line) => console.error(line),
  });
  console.log(json ? JSON.stringify(result, null, 2) : describe(result));
  return result.type === 'stopped' ? exitCodes.failed : exitCodes.ok;
}

function describe(result: Redrive): string {
  switch (result.type) {
    case 'nothing-there':
      return 'No dead notices: nothing was moved. (SQS counts may be a minute behind.)';
    case 'moved':
      return `${plural(result.messages, 'notice')} moved back. The notifier tells what Slack does not show yet.`;
    case 'going-on':
      return `${result.messages} of ${result.of} moved; SQS goes on with it. Run this again to watch.`;
    case 'stopped':
      return `The move stopped after ${result.messages} of ${result.of}: ${result.reason}. What was moved stays moved; run this again for the rest.`;
  }
}
