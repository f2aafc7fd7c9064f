import { afterAll, beforeAll } from 'vitest';
import { budgetCases } from './cases/budgets.ts';
import { cordonCases } from './cases/cordon.ts';
import { deletionCases } from './cases/deletion.ts';
import { eventCases } from './cases/events.ts';
import { evictionCases } from './cases/eviction.ts';
import { historyCases } from './cases/history.ts';
import { nodeCases } from './cases/nodes.ts';
import { podStatusCases } from './cases/pod-status.ts';
import { podCases } from './cases/pods.ts';
import { unobservedBudgetCases } from './cases/unobserved-budget.ts';
import { watchCases } from './cases/watch.ts';
import type { Lab } from './lab.ts';

type Topic = (lab: () => Lab) => void;

/** What every cluster must answer to the port. The history comes last: it leaves hundreds of nodes behind. */
const CONTRACT: readonly Topic[] = [
  nodeCases,
  cordonCases,
  podCases,
  watchCases,
  evictionCases,
  budgetCases,
  unobservedBudgetCases,
  deletionCases,
  podStatusCases,
  eventCases,
  historyCases,
];

/** Registers the topics' cases against one lab, opened once for all of them. */
export function holdContract(openLab: () => Promise<Lab>, topics: readonly Topic[] = CONTRACT): void {
  let opened: Lab | undefined;
  beforeAll(async () => {
    opened = await openLab();
  }, 120_000);
  afterAll(() => opened?.close());
  const lab = () => {
    if (!opened) throw new Error('the lab is not open: ask for it inside a test');
    return opened;
  };
  for (const topic of topics) topic(lab);
}
