import { expect, test } from 'vitest';
import type { Lab } from '../lab.ts';

/** Apart from the other budgets: where a real disruption controller runs, it has seen every budget at once. */
export function unobservedBudgetCases(lab: () => Lab): void {
  test('a budget that its controller has not seen yet asks for patience', async () => {
    const { cluster, newBudget, newNamespace, newNode, newPod } = lab();
    const namespace = await newNamespace();
    const pod = await newPod(await newNode(), { namespace, labels: { app: 'web' } });
    const selector = { matchLabels: { app: 'web' } };
    await newBudget({ namespace, name: 'web', selector, minAvailable: 0, observed: false });
    expect(await cluster.evict(pod, { dryRun: false })).toMatchObject({
      type: 'retry',
      reason: expect.stringMatching(/^429 /),
      afterSeconds: 10,
    });
  });
}
