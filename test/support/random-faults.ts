/**
 * How many random fault schedules are tried, and which. A failing test names its seed: run it again with that as
 * `FAULT_SEED`; `FAULT_RUNS` tries more than the usual few. The usual seed is fixed, so that a run can be compared with the
 * one before; other seeds are for the search.
 */
export function randomFaults(
  usualRuns: number,
  usualSeed: number,
): { readonly seed: number; readonly runs: number } {
  const { FAULT_RUNS, FAULT_SEED } = process.env;
  const seed = FAULT_SEED ? Number(FAULT_SEED) : usualSeed;
  const runs = FAULT_RUNS ? Number(FAULT_RUNS) : usualRuns;
  if (!Number.isInteger(seed) || !Number.isInteger(runs) || runs < 1)
    throw new Error(`FAULT_SEED=${FAULT_SEED} and FAULT_RUNS=${FAULT_RUNS} must be whole numbers`);
  console.log(`Random faults: ${runs} schedules, FAULT_SEED=${seed}`);
  return { seed, runs };
}
