/**
 * What enrolment made, it marks: an access entry by a tag that says what was done for which group, an object by a
 * label. Removal takes back what is marked and nothing else, also when the stack is gone.
 */

/** Key of the tag and of the label. */
export const MARK = 'spot-responder/enrolled';

export interface EntryMark {
  /** `created`: the whole entry is ours. `added`: it was there, and was given our group. */
  readonly done: 'created' | 'added';
  readonly group: string;
}

export function writeMark({ done, group }: EntryMark): string {
  return `${done} ${group}`;
}

export function readMark(text: string): EntryMark | undefined {
  const [, done, group] = /^(created|added) (\S+)$/.exec(text) ?? [];
  if ((done !== 'created' && done !== 'added') || group === undefined) return undefined;
  return { done, group };
}
