import { styleText } from 'node:util';
import { secondsBetween } from '../../../functions/clock.ts';
import type { EmbeddedWorld } from '../world.ts';
import { hang, widthOf } from '../wrap.ts';

/** What happened to the pool, for `--json`. Minutes count from the notice. */
export interface PoolStory {
  readonly timeline: readonly { readonly minutes: number; readonly type: string; readonly text: string }[];
  /** Minutes in which fewer GPUs were there than wanted. */
  readonly shortMinutes: number;
  readonly onDemandNodeMinutes: number;
}

interface Minute {
  readonly isShort: boolean;
  readonly onDemandNodes: number;
  readonly waitingPods: number;
  readonly group: string;
}

export interface Story {
  tell(type: Word, text: string): void;
  /** Whether the fallback has decided something new since. */
  tellDecisions(): boolean;
  /** The fallback has said that spot covers the pool again. */
  isOver(): boolean;
  count(minute: Minute): void;
  end(): PoolStory;
}

type Word = 'market' | 'gone' | 'joined' | 'decided' | 'waiting';

const STYLES = {
  market: 'yellow',
  gone: 'red',
  joined: 'green',
  decided: 'cyan',
  waiting: 'magenta',
} as const;

/** Prints as it happens where there is somewhere to print to, and remembers. */
export function openStory(world: EmbeddedWorld, start: Date, out: NodeJS.WriteStream | undefined): Story {
  const timeline: PoolStory['timeline'][number][] = [];
  let [told, waiting, shortMinutes, onDemandNodeMinutes] = [0, 0, 0, 0];
  const decisions = () =>
    world.account.events.flatMap(({ detail, detailType }) =>
      detailType === 'Fallback Decided' ? [detail as Decided] : [],
    );
  const tell = (type: Word, text: string) => {
    const seconds = secondsBetween(start, world.clock.now());
    timeline.push({ minutes: Math.round(seconds / 6) / 10, type, text });
    if (out) out.write(`${line(seconds, type, text, out)}\n`);
  };
  return {
    tell,
    tellDecisions: () => {
      const fresh = decisions().slice(told);
      for (const each of fresh) tell('decided', inWords(each));
      told += fresh.length;
      return fresh.length > 0;
    },
    isOver: () => decisions().at(-1)?.action === 'keep',
    count: ({ group, isShort, onDemandNodes, waitingPods }) => {
      shortMinutes += isShort ? 1 : 0;
      onDemandNodeMinutes += onDemandNodes;
      if (waitingPods !== waiting)
        tell(
          'waiting',
          waitingPods > 0
            ? `${waitingPods} pod waits for GPUs`
            : `no pod waits; ${group} has ${onDemandNodes}`,
        );
      waiting = waitingPods;
    },
    end: () => ({ timeline, shortMinutes, onDemandNodeMinutes }),
  };
}

/** The two figures that a shortage comes down to. */
export function describePool({ onDemandNodeMinutes, shortMinutes }: PoolStory): string {
  return `The pool was short for ${shortMinutes} minutes, and paid for ${onDemandNodeMinutes} minutes of an on-demand node.`;
}

interface Decided {
  readonly action: string;
  readonly reason: string;
  readonly launches: readonly { readonly group: string; readonly desired: number }[];
  readonly nodes: readonly string[];
}

function inWords({ action, launches, nodes, reason }: Decided): string {
  const what = [
    ...launches.map(({ desired, group }) => `${group} to ${desired}`),
    ...nodes.map((name) => name.split('.')[0]),
  ];
  return `${action}${what.length > 0 ? ` ${what.join(', ')}` : ''}: ${reason}`;
}

function line(seconds: number, type: Word, text: string, out: NodeJS.WriteStream): string {
  const whole = Math.round(seconds);
  const at = `T+${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`.padStart(9);
  const word = type.padEnd(11);
  const coloured = styleText(STYLES[type], word, { stream: out });
  return `${at}  ${coloured}  ${hang(text, at.length + word.length + 4, widthOf(out))}`;
}
