/** How an incident ends that leaves no cordon of ours on the node. */
const WITHOUT_CORDON: ReadonlySet<string> = new Set([
  'told',
  'already-handled',
  'too-late',
  'not-ours',
  'node-gone',
  'ambiguous',
  'uncordoned',
]);

/** Ends after which there is none, whatever incidents before have left. */
const TAKEN_BACK: ReadonlySet<string> = new Set(['uncordoned', 'node-gone']);

/** Whether an incident that ended so may have left our cordon on its node. */
export function mayLeaveCordon(outcome: string): boolean {
  return !WITHOUT_CORDON.has(outcome);
}

interface Row {
  readonly state: 'open' | 'closed';
  readonly outcome?: string | undefined;
  /** Whether an incident before the row's may have left our cordon. */
  readonly cordoned?: boolean | undefined;
}

/** What the next incident's row is to remember of this one: a node that is only told of in between stays cordoned. */
export function mayBeCordoned({ cordoned = false, outcome = '', state }: Row): boolean {
  if (state === 'open') return cordoned;
  return !TAKEN_BACK.has(outcome) && (cordoned || mayLeaveCordon(outcome));
}
