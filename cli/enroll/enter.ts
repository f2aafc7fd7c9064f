import type { StackRole } from '../aws/stack.ts';
import type { AccessEntries, AccessEntry } from './access-entries.ts';
import { readMark, writeMark } from './mark.ts';
import type { WriteOptions } from './objects.ts';
import type { Step } from './step.ts';

const kind = 'access entry';

/** Lets a role of the stack into the cluster as its group. Safe to repeat; other groups of its entry stay. */
export async function enter(
  entries: AccessEntries,
  { arn, group }: StackRole,
  { dryRun }: WriteOptions,
): Promise<Step> {
  const step = { kind, name: arn, detail: `group ${group}` };
  const entry = await entries.find(arn);
  if (!entry) {
    if (!dryRun) await entries.create(arn, group, writeMark({ done: 'created', group }));
    return { ...step, change: 'created' };
  }
  if (entry.groups.includes(group)) return { ...step, change: 'unchanged' };
  if (!dryRun) {
    // First the note: what a crash leaves marked is taken back, what it leaves unmarked is not.
    if (entry.mark === undefined) await entries.setMark(entry, writeMark({ done: 'added', group }));
    await entries.setGroups(entry, [...entry.groups, group]);
  }
  return { ...step, change: 'updated' };
}

/** Takes back what `enter` did to a marked entry, and leaves the groups that others gave it. */
export async function leave(
  entries: AccessEntries,
  entry: AccessEntry,
  { dryRun }: WriteOptions,
): Promise<Step> {
  const mark = readMark(entry.mark ?? '');
  const step = { kind, name: entry.principalArn };
  if (!mark)
    return { ...step, change: 'left', detail: `its mark "${entry.mark}" is none that enroll writes` };
  const others = entry.groups.filter((group) => group !== mark.group);
  if (mark.done === 'created' && others.length === 0) {
    if (!dryRun) await entries.remove(entry);
    return { ...step, change: 'removed', detail: `group ${mark.group}` };
  }
  if (!dryRun) {
    await entries.setGroups(entry, others);
    await entries.clearMark(entry);
  }
  return { ...step, change: 'updated', detail: `without group ${mark.group}; its other groups stay` };
}
