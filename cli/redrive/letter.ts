import { isRecord } from '../../functions/signals/fields.ts';

/** A message of a dead-letter queue. */
export interface Letter {
  readonly id: string;
  /** What SQS wants to hear when it is deleted or shown again. */
  readonly receipt: string;
  readonly body: string;
  /** What EventBridge writes beside an event: `ERROR_CODE`, `ERROR_MESSAGE`, `RULE_ARN`, … */
  readonly attributes: Readonly<Record<string, string>>;
  /** ARN of the queue that gave it up; absent: EventBridge or Lambda put it here. */
  readonly givenUpBy?: string | undefined;
}

/** What is in a letter, and why it died. */
export interface Opened {
  /** An event of AWS, or a message of our own; `undefined` when it is not JSON. */
  readonly content: unknown;
  readonly why: string;
  /** Name of the schedule that could not start its function with it. */
  readonly schedule?: string;
}

/**
 * Four senders, four forms: EventBridge writes the event with the error in attributes, its Scheduler the call that it could
 * not make with the same attributes and the schedule's, a queue gives up the message as it was, and Lambda wraps what it was
 * invoked with and what the function answered.
 *
 * Sources: EventBridge user guide, "Using dead-letter queues to process undelivered events"; EventBridge Scheduler user
 * guide, "Configuring a schedule's dead-letter queue"; Lambda developer guide, "Retaining records of asynchronous
 * invocations".
 */
export function open({ attributes, body, givenUpBy }: Letter): Opened {
  const content = parse(body);
  if (isRecord(content) && isRecord(content.requestContext) && 'requestPayload' in content)
    return { content: content.requestPayload, why: `the function failed: ${failureIn(content)}` };
  if (givenUpBy !== undefined)
    return { content, why: `the function failed on it again and again (${givenUpBy.split(':').at(-1)})` };
  const { ERROR_CODE: code, ERROR_MESSAGE: message, SCHEDULE_ARN: scheduleArn } = attributes;
  const said = [code, message].filter(Boolean).join(': ');
  const reason = said ? ` (${said})` : '';
  if (scheduleArn === undefined) return { content, why: `EventBridge could not deliver it${reason}` };
  const schedule = scheduleArn.split('/').at(-1) ?? scheduleArn;
  return { content, why: `EventBridge Scheduler could not start it${reason}`, schedule };
}

function failureIn({ requestContext, responsePayload }: Readonly<Record<string, unknown>>): string {
  const said = isRecord(responsePayload) ? responsePayload.errorMessage : undefined;
  if (typeof said === 'string') return said;
  const condition = isRecord(requestContext) ? requestContext.condition : undefined;
  return typeof condition === 'string' ? condition : 'no reason given';
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
