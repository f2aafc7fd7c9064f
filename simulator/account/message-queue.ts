/** What a message bears beside its body. */
export interface Beside {
  readonly attributes?: Readonly<Record<string, string>>;
  /** ARN of the queue that gave it up. */
  readonly givenUpBy?: string;
}

/** A message as a consumer receives it. */
export interface ReceivedMessage extends Beside {
  readonly messageId: string;
  readonly body: string;
  /** How often it was received, this time included. */
  readonly receives: number;
  readonly sentAt: Date;
}

/** A queue, seen from its consumer: Lambda's own poller is no client of ours. */
export interface SimulatedQueue {
  readonly url: string;
  readonly arn: string;
  readonly deadLetterQueue?: SimulatedQueue;
  /** Every message that was sent, also those deleted. */
  readonly sent: readonly { readonly body: string; readonly delaySeconds: number; readonly at: Date }[];
  /** Messages that were received too often. */
  readonly deadLetters: readonly { readonly body: string }[];
  /** Messages in it, hidden or not. */
  waiting(): number;
  /** Returns the message's id. */
  send(body: string, delaySeconds?: number, beside?: Beside): string;
  /** Due messages, hidden from now on for so long. @default the visibility timeout */
  receive(most: number, hiddenSeconds?: number): readonly ReceivedMessage[];
  /** Hides a message for so long from now on, or shows it. */
  hide(messageId: string, seconds: number): void;
  delete(messageId: string): void;
  /** When the next message can be received; `undefined` when there is none. */
  nextDueAt(): Date | undefined;
}

/** Messages on their way out of a dead-letter queue. */
export interface MoveTask {
  readonly handle: string;
  readonly source: SimulatedQueue;
  readonly destination: SimulatedQueue;
  readonly startedAt: Date;
  readonly toMove: number;
  moved: number;
  status: 'RUNNING' | 'COMPLETED' | 'FAILED';
  failureReason?: string;
}
