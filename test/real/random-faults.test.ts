import * as fc from 'fast-check';
import { afterAll, beforeAll, test } from 'vitest';
import { startSimulatedKubelet } from '../../controlplane/kubelet-stand-in.ts';
import { type SimulatedTable, startSimulatedTable } from '../../simulator/table/table.ts';
import { startTestPlane, type TestPlane } from '../support/control-plane.ts';
import { randomFaults } from '../support/random-faults.ts';
import { openFaultScene } from './fault-scene.ts';
import { anySchedule, type FaultSchedule, injectAll } from './fault-schedule.ts';
import { violationsOf } from './fault-verdict.ts';

const { runs, seed } = randomFaults(8, 595_652_752);
/** A failing schedule is made smaller for as long. */
const SHRINK_MS = 150_000;

let plane: TestPlane;
let table: SimulatedTable;
let kubelet: ReturnType<typeof startSimulatedKubelet>;

beforeAll(async () => {
  [plane, table] = await Promise.all([startTestPlane(), startSimulatedTable()]);
  kubelet = startSimulatedKubelet(plane.core);
}, 120_000);

afterAll(async () => {
  await kubelet.stop();
  await Promise.all([plane.close(), table.close()]);
});

async function whatGoesWrong({ dryRun, troubles, ...options }: FaultSchedule): Promise<readonly string[]> {
  const scene = await openFaultScene({ plane, table, ...options });
  try {
    injectAll(scene.proxy, troubles);
    const report = await scene.respond({ dryRun });
    return await violationsOf(scene, report, { dryRun });
  } finally {
    await scene.close();
  }
}

test.concurrent.each(Array.from({ length: runs }, (_, run) => seed + run))(
  'random faults, FAULT_SEED=%i: no pod evicted twice, none elsewhere, none in a dry run, an outcome in time',
  async (runSeed) => {
    const property = fc.asyncProperty(anySchedule, async (schedule) => {
      const wrong = await whatGoesWrong(schedule);
      if (wrong.length > 0) throw new Error(wrong.join('; '));
    });
    await fc.assert(property, { seed: runSeed, numRuns: 1, interruptAfterTimeLimit: SHRINK_MS });
  },
  SHRINK_MS + 60_000,
);
