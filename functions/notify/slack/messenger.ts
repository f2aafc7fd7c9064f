import type { Message } from '../message/blocks.ts';

/**
 * What the notifier needs of Slack. Each call is one attempt: the caller decides whether and when another follows, for
 * a post whose answer was lost may already be in the channel.
 */
export interface Messenger {
  post(where: Where, message: Message): Promise<Answer<{ readonly ts: string }>>;
  update(where: Where, ts: string, message: Message): Promise<Answer<undefined>>;
  remove(where: Where, ts: string): Promise<Answer<undefined>>;
  /** The message that an earlier attempt may have left there; `undefined` when there is none. */
  find(where: Where, since: Date): Promise<Answer<string | undefined>>;
}

export interface Where {
  readonly channel: string;
  /** Of the parent, for a reply. */
  readonly thread?: string;
  /** Names the message over all its versions; kept in its metadata. */
  readonly mark: string;
}

export type Answer<Value> =
  | { readonly type: 'done'; readonly value: Value }
  /** 429: nothing was done, and nothing will be before this many seconds have passed. */
  | { readonly type: 'limited'; readonly afterSeconds: number }
  /** No answer, or a server's error: it may have been done all the same. */
  | { readonly type: 'uncertain'; readonly reason: string }
  /** The message was deleted by somebody, or was never there. */
  | { readonly type: 'missing' }
  /** The token is no longer valid; it may have been rotated. */
  | { readonly type: 'unauthorized'; readonly reason: string }
  /** Slack understood, and will say no again until a person changes something. */
  | { readonly type: 'refused'; readonly code: string; readonly reason: string };
