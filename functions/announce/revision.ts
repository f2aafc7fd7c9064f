/** Events of one run are numbered below this; a later run's all come after. */
const A_RUN = 1_000_000;

/** Grows over all runs of an incident: a later run has a greater fence. The fence of a run without a lease is 0. */
export function revisionOf({ fence }: { readonly fence: number }, sequence: number): number {
  return fence * A_RUN + sequence;
}

/** The table could not be asked, so the run could not know how many came before it: its revisions count as the oldest. */
export function isWithoutLease(revision: number): boolean {
  return revision < A_RUN;
}
