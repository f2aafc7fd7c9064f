import type { StackRole } from '../aws/stack.ts';
import type { AccessEntries } from './access-entries.ts';
import { enter, leave } from './enter.ts';
import { discard, equip, findOurs } from './equip.ts';
import { type KubeObject, type KubeObjects, nameOf, type WriteOptions } from './objects.ts';
import type { Tell } from './step.ts';

export interface EnrollDeps {
  readonly entries: AccessEntries;
  readonly objects: KubeObjects;
  /** What the cluster must hold of ours, the fence before the permissions. */
  readonly manifests: readonly KubeObject[];
  /** Each step, when it is done. */
  readonly tell: Tell;
}

/**
 * Lets the responder into a cluster: its policies, its permissions, its roles. Safe to repeat. The server checks all
 * objects before anything is changed, so that what is refused is refused at the beginning.
 *
 * @throws ClusterError, AwsCallError: what was told before stays, a repeat goes on from there.
 */
export async function enroll(
  { entries, manifests, objects, tell }: EnrollDeps,
  roles: readonly StackRole[],
  options: WriteOptions,
): Promise<void> {
  const checked = { dryRun: true };
  const preview = [];
  for (const object of manifests) preview.push(await equip(objects, object, checked));
  const outdated = (await findOurs(objects, manifests)).filter(
    (object) => !manifests.some((wanted) => nameOf(wanted) === nameOf(object)),
  );
  for (const object of outdated) preview.push(await discard(objects, object, checked));
  // A denied entry must not leave a cluster half equipped: entries cannot be tried without effect, objects were.
  for (const role of roles) tell(await enter(entries, role, options));
  if (options.dryRun) {
    for (const step of preview) tell(step);
    return;
  }
  for (const object of manifests) tell(await equip(objects, object, options));
  for (const object of outdated) tell(await discard(objects, object, options));
}

/** Takes back what `enroll` made, the fence last. What others made is left, and what they have added to ours too. */
export async function withdraw(
  { entries, manifests, objects, tell }: EnrollDeps,
  options: WriteOptions,
): Promise<void> {
  const ours = await findOurs(objects, manifests);
  for (const entry of await entries.marked()) tell(await leave(entries, entry, options));
  for (const object of [...ours].sort(byRemoval(manifests))) tell(await discard(objects, object, options));
  for (const object of manifests) {
    const isOurs = ours.some((each) => nameOf(each) === nameOf(object));
    const { kind, metadata } = object;
    if (!isOurs && (await objects.get(object)))
      tell({ kind, name: metadata.name, change: 'left', detail: 'enroll did not make it' });
  }
}

/** Backwards, and what the manifests do not know first. */
function byRemoval(manifests: readonly KubeObject[]): (a: KubeObject, b: KubeObject) => number {
  const kinds = manifests.map(({ kind }) => kind);
  return (a, b) => kinds.lastIndexOf(b.kind) - kinds.lastIndexOf(a.kind);
}
