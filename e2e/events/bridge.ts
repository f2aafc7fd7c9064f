import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StackRule } from '../template/stack.ts';
import { matchesPattern } from './pattern.ts';

/** Where an event can go; each resolves when it is there, or has been given up. */
export interface Doors {
  /** A delivery that could not be made. */
  lost(error: unknown): void;
  toFunction(arn: string, event: unknown): Promise<void>;
  toQueue(arn: string, event: unknown): Promise<void>;
  /** A bus of another region. */
  toBus(arn: string, event: unknown): Promise<void>;
}

/** What is done to the deliveries of an event. */
interface Mischief {
  /** Each target gets it so many times. @default 1 */
  readonly copies?: number;
  readonly delayMs?: number;
  /** Targets of this kind never get it. */
  readonly drop?: 'functions' | 'queues';
}

/** EventBridge, played: takes events, and delivers each to the targets of the rules that match it. */
export interface Bridge {
  /** Returns the ids of the rules that matched. */
  put(bus: string, event: unknown, mischief?: Mischief): readonly string[];
}

export function openBridge(rules: readonly StackRule[], doors: Doors): Bridge {
  return {
    put: (bus, event, mischief = {}) => {
      const matching = rules.filter((rule) => rule.bus === bus && matchesPattern(rule.pattern, event));
      for (const { targets } of matching)
        for (const target of targets) void deliver(doors, target, event, mischief);
      return matching.map(({ id }) => id);
    },
  };
}

/** What cannot be delivered ends in the target's own dead-letter queue, where it has one. */
async function deliver(
  doors: Doors,
  { arn, deadLetters }: StackRule['targets'][number],
  event: unknown,
  { copies = 1, delayMs = 0, drop }: Mischief,
): Promise<void> {
  if (drop === (isFunction(arn) ? 'functions' : 'queues')) return;
  if (delayMs > 0) await sleep(delayMs);
  const send = doorOf(doors, arn);
  const sendOnce = () =>
    send(arn, event).catch((error: unknown) =>
      deadLetters === undefined ? doors.lost(error) : doors.toQueue(deadLetters, event).catch(doors.lost),
    );
  await Promise.all(Array.from({ length: copies }, sendOnce));
}

/** The one for what the ARN names. */
export function doorOf(doors: Doors, arn: string): Doors['toFunction'] {
  if (isFunction(arn)) return doors.toFunction;
  return serviceOf(arn) === 'events' ? doors.toBus : doors.toQueue;
}

function isFunction(arn: string): boolean {
  return serviceOf(arn) === 'lambda';
}

function serviceOf(arn: string): string | undefined {
  return arn.split(':')[2];
}

/** An entry of PutEvents as EventBridge hands it on. */
export function toEvent(entry: Readonly<Record<string, unknown>>, account: string, region: string): object {
  return {
    version: '0',
    id: randomUUID(),
    source: entry.Source,
    'detail-type': entry.DetailType,
    account,
    region,
    time: new Date().toISOString(),
    resources: entry.Resources ?? [],
    detail: JSON.parse(String(entry.Detail)),
  };
}
