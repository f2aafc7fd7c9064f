import * as z from 'zod/mini';
import { account, readFields, text, time } from './fields.ts';
import type { Signal } from './interruption.ts';

/** One detail-type: what EventBridge shall send, and what it means once it is here. */
export interface SignalKind {
  readonly pattern: EventPattern;
  /** AWS Health delivers to other regions than the one it is about, and names that one itself. */
  readonly namesItsRegion?: true;
  /** Throws `MalformedSignalError` with the dotted field. */
  parse(detail: unknown, envelope: Envelope, home: Home): Signal;
}

/** In EventBridge's own JSON form, as `PutRule` and `CfnRule` take it. */
export interface EventPattern {
  readonly source: readonly string[];
  readonly 'detail-type': readonly string[];
  readonly detail?: Readonly<Record<string, readonly string[]>>;
}

/** Where this deployment runs. Events about instances elsewhere are not for it. */
export interface Home {
  readonly region: string;
}

/** What every EventBridge event carries around its `detail`. `resources` is left out: its ARNs vary by source. */
export type Envelope = z.output<typeof envelopeFields>;

const envelopeFields = z.object({ id: text, account, region: text, time });

export function readEnvelope(event: unknown): Envelope {
  return readFields(envelopeFields, event);
}

export function ignore(reason: string): Signal {
  return { type: 'ignored', reason };
}
