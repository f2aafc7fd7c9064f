import { styleText } from 'node:util';
import { secondsBetween } from '../../functions/clock.ts';
import { plainText } from '../../functions/notify/message/blocks.ts';
import type { SlackCall } from '../../simulator/slack/proxy.ts';
import type { SlackResult } from './result.ts';
import type { Conversation } from './slack.ts';
import { hang, widthOf, wrap } from './wrap.ts';

type Emulated = Extract<Conversation, { type: 'emulated' }>;
type Shown = Emulated['threads'][number]['replies'][number];

/** The conversation as it went, version by version, and as it stands. */
export function showConversation(conversation: Conversation): void {
  if (conversation.type === 'real') {
    const { channel, untold } = conversation;
    console.log(
      untold === 0
        ? `\nTold in channel ${channel}.`
        : `\n${untold} events were not told in channel ${channel}: see above.`,
    );
    return;
  }
  const { calls, startedAt, threads } = conversation;
  console.log(`\n${styleText('bold', 'Slack, as it went')}`);
  for (const call of calls) console.log(callLine(call, startedAt));
  console.log(`\n${styleText('bold', 'Slack, as it stands')}`);
  for (const thread of threads) {
    console.log(quote(thread, '  │ '));
    for (const reply of thread.replies) console.log(`  ├── in the thread\n${quote(reply, '  │    │ ')}`);
    console.log('');
  }
}

export function conversationOf(conversation: Conversation): SlackResult {
  const { calls, threads } = conversation.type === 'emulated' ? conversation : { calls: [], threads: [] };
  const counts = Map.groupBy(calls, ({ method, answer }) =>
    answer === 'ok' ? method : `${method} ${answer}`,
  );
  return {
    threads: threads.map((thread) => ({ text: textOf(thread), replies: thread.replies.map(textOf) })),
    calls: Object.fromEntries([...counts].map(([method, group]) => [method, group.length])),
  };
}

function callLine({ method, at, text, answer }: SlackCall, startedAt: Date): string {
  const seconds = `T+${secondsBetween(startedAt, at).toFixed(1)}s`.padStart(9);
  const verb = method === 'chat.postMessage' ? 'posted' : method === 'chat.update' ? 'edited' : method;
  const told = hang(answer === 'ok' ? text : answer, seconds.length + 12, widthOf(process.stdout));
  return `${seconds}  ${styleText('cyan', verb.padEnd(8))}  ${told}`;
}

function quote(message: Shown, margin: string): string {
  return textOf(message)
    .split('\n')
    .flatMap((line) => wrap(line, widthOf(process.stdout) - margin.length))
    .map((line) => `${margin}${line}`)
    .join('\n');
}

/** Our own blocks, read back. */
function textOf({ blocks, text }: Shown): string {
  return blocks.length > 0 ? plainText(blocks as Parameters<typeof plainText>[0]) : text;
}
