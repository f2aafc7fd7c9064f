import type { SlackCall } from '../../simulator/slack/proxy.ts';
import type { SimulatedSlack } from '../../simulator/slack/slack.ts';
import type { Timed } from './storm.ts';

/** What a storm did to Slack, and how long people waited. Seconds. */
export interface Figures {
  readonly interruptions: number;
  readonly events: number;
  readonly parents: number;
  readonly replies: number;
  readonly posts: number;
  readonly edits: number;
  readonly removals: number;
  /** Calls that Slack answered with 429. */
  readonly limited: number;
  /** Messages whose blocks Slack refused. */
  readonly refused: number;
  /** Nodes whose end the conversation does not show. */
  readonly droppedOutcomes: number;
  readonly deadLetters: number;
  /** From the first receipt on the bus to the first message. */
  readonly firstMessage: number;
  /** From each end on the bus to the message that shows it. */
  readonly outcomeShown: { readonly p50: number; readonly p99: number; readonly max: number };
  /** From the last end on the bus to the message that shows the last one. */
  readonly lastOutcome: number;
}

interface Measured {
  readonly storm: readonly Timed[];
  readonly start: Date;
  readonly slack: SimulatedSlack;
  readonly dead: number;
}

export async function measure({ storm, start, slack, dead }: Measured): Promise<Figures> {
  const threads = await slack.read(slack.channel);
  const taken = slack.calls.filter(({ answer }) => answer === 'ok');
  const count = (calls: readonly SlackCall[], ...methods: string[]) =>
    calls.filter(({ method }) => methods.includes(method)).length;
  const ends = storm.filter(({ announced }) => announced.type === 'Interruption Handled');
  const shown = JSON.stringify(threads);
  const seconds = (at: Date) => (at.getTime() - start.getTime()) / 1000;
  const waits = ends.flatMap(({ afterSeconds, announced }) => {
    const call = taken.find(({ content }) => showsEnd(content, announced.detail));
    return call ? [{ wait: seconds(call.at) - afterSeconds, at: seconds(call.at) }] : [];
  });
  const sorted = waits.map(({ wait }) => wait).toSorted((one, other) => one - other);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
  const firstReceipt = Math.min(...storm.map(({ afterSeconds }) => afterSeconds));
  const lastEnd = Math.max(...ends.map(({ afterSeconds }) => afterSeconds));
  return {
    interruptions: ends.length,
    events: storm.length,
    parents: threads.length,
    replies: threads.reduce((sum, { replies }) => sum + replies.length, 0),
    posts: count(taken, 'chat.postMessage', 'webhook'),
    edits: count(taken, 'chat.update'),
    removals: count(taken, 'chat.delete'),
    limited: slack.calls.filter(({ answer }) => answer === 'ratelimited').length,
    refused: slack.calls.filter(({ answer }) => answer.includes('blocks')).length,
    droppedOutcomes: ends.filter(({ announced }) => !showsEnd(shown, announced.detail)).length,
    deadLetters: dead,
    firstMessage: taken[0] ? seconds(taken[0].at) - firstReceipt : Number.NaN,
    outcomeShown: { p50: at(0.5), p99: at(0.99), max: at(1) },
    lastOutcome: Math.max(...waits.map(({ at: shownAt }) => shownAt)) - lastEnd,
  };
}

/** The node's line as it reads at its end. */
function showsEnd(content: string, detail: Timed['announced']['detail']): boolean {
  const node = 'node' in detail ? detail.node?.split('.')[0] : undefined;
  return node !== undefined && new RegExp(`\`${node}\` (Emptied|\\d+ pods? could not|in \\*)`).test(content);
}
