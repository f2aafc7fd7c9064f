import { describe, expect, test } from 'vitest';
import type { BudgetOptions, Lab } from '../lab.ts';

const NOW = { dryRun: false } as const;
const WEB = { app: 'web', tier: 'front' };
const selector = { matchLabels: { app: 'web' } };

export function budgetCases(lab: () => Lab): void {
  /** So many ready pods on a node, under a budget in a namespace of their own. */
  const underBudget = async (pods: number, budget: Partial<BudgetOptions> = {}) => {
    const { newBudget, newNamespace, newNode, newPod } = lab();
    const [namespace, node] = [await newNamespace(), await newNode()];
    const made = [];
    for (let n = 0; n < pods; n += 1) made.push(await newPod(node, { namespace, labels: WEB }));
    await newBudget({ namespace, name: 'web', selector, minAvailable: 1, ...budget });
    const [first, ...others] = made;
    if (!first) throw new RangeError('a budget needs a pod here');
    return { namespace, node, first, others };
  };

  describe('budgets', () => {
    test('what a budget allows is evicted, the next is blocked by its name, until another pod is ready', async () => {
      const { cluster, newPod, settleBudgets } = lab();
      const { first, namespace, node, others } = await underBudget(2);
      const [second] = others;
      expect(await cluster.evict(first, NOW)).toEqual({ type: 'accepted' });
      expect(await cluster.evict(second ?? first, NOW)).toMatchObject({
        type: 'blocked-by-budget',
        budgets: ['web'],
        message: expect.stringContaining('The disruption budget web '),
      });
      await newPod(node, { namespace, labels: WEB });
      await settleBudgets();
      expect(await cluster.evict(second ?? first, NOW)).toEqual({ type: 'accepted' });
    });

    test('a pod that was let go and not deleted keeps its budget charged, and is named by it', async () => {
      const { chargeBudget, cluster } = lab();
      const { first, namespace, others } = await underBudget(2);
      await chargeBudget('web', first);
      for (const pod of [first, ...others])
        expect(await cluster.evict(pod, NOW)).toMatchObject({ type: 'blocked-by-budget', budgets: ['web'] });
      const budget = (await cluster.listBudgets()).find((each) => each.namespace === namespace);
      expect([...(budget?.letGo.keys() ?? [])]).toEqual([first.name]);
      expect(budget?.letGo.get(first.name)?.getTime()).toBeGreaterThan(0);
      expect(await cluster.deletePod(first, NOW)).toEqual({ type: 'accepted' });
    });

    test('budgets are listed with what they allow and whom they cover', async () => {
      const { cluster, newPod } = lab();
      const { first, namespace, node } = await underBudget(3);
      const elsewhere = await newPod(node, { labels: WEB });
      const other = await newPod(node, { namespace, labels: { app: 'other' } });
      const budget = (await cluster.listBudgets()).find((each) => each.namespace === namespace);
      expect(budget).toMatchObject({ name: 'web', disruptionsAllowed: 2 });
      expect([first, elsewhere, other].map((pod) => budget?.covers(pod))).toEqual([true, false, false]);
    });

    test.each([
      ['nobody, without a selector that fits', { matchLabels: { app: 'web', tier: 'back' } }, false],
      ['everybody, when empty', {}, true],
      ['by In', { matchExpressions: [{ key: 'app', operator: 'In', values: ['a', 'web'] }] }, true],
      ['by NotIn', { matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['web'] }] }, false],
      [
        'by NotIn of an absent label',
        { matchExpressions: [{ key: 'x', operator: 'NotIn', values: ['y'] }] },
        true,
      ],
      ['by Exists', { matchExpressions: [{ key: 'tier', operator: 'Exists' }] }, true],
      ['by DoesNotExist', { matchExpressions: [{ key: 'tier', operator: 'DoesNotExist' }] }, false],
      ['by both parts', { ...selector, matchExpressions: [{ key: 'x', operator: 'Exists' }] }, false],
    ] satisfies [string, BudgetOptions['selector'], boolean][])(
      'a budget covers %s, to us as to the server',
      async (_, choice, covered) => {
        const { cluster } = lab();
        const { first, namespace } = await underBudget(1, { selector: choice });
        const budget = (await cluster.listBudgets()).find((each) => each.namespace === namespace);
        expect(budget?.covers(first)).toBe(covered);
        const { type } = await cluster.evict(first, { dryRun: true });
        expect(type).toBe(covered ? 'blocked-by-budget' : 'accepted');
      },
    );

    test('a pod under several budgets is refused for good, whatever they allow', async () => {
      const { cluster, newBudget } = lab();
      const { first, namespace } = await underBudget(2, { minAvailable: 0 });
      await newBudget({ namespace, name: 'second', selector, minAvailable: 0 });
      const reason = expect.stringContaining('more than one PodDisruptionBudget');
      expect(await cluster.evict(first, NOW)).toEqual({ type: 'refused', reason });
    });

    test.each([
      ['IfHealthyBudget', 2, 'blocked-by-budget'],
      ['AlwaysAllow', 2, 'accepted'],
      ['IfHealthyBudget', 1, 'accepted'],
      ['AlwaysAllow', 1, 'accepted'],
    ] as const)(
      'with %s, an unready pod of two under a budget of at least %i is %s',
      async (unhealthyPodEvictionPolicy, minAvailable, answer) => {
        const { cluster, setReady, settleBudgets } = lab();
        const { first } = await underBudget(2, { minAvailable, unhealthyPodEvictionPolicy });
        await setReady(first, false);
        await settleBudgets();
        expect((await cluster.evict(first, NOW)).type).toBe(answer);
      },
    );

    test('dry runs are held against the budget and do not spend it', async () => {
      const { cluster } = lab();
      const { first, others } = await underBudget(2);
      for (const pod of [first, ...others]) {
        expect(await cluster.evict(pod, { dryRun: true })).toEqual({ type: 'accepted' });
      }
      expect(await cluster.evict(first, NOW)).toEqual({ type: 'accepted' });
    });

    test('evictions all at once get through as many as the budget allows, never more', async () => {
      const { cluster } = lab();
      const { first, others } = await underBudget(8, { minAvailable: 5 });
      const answers = await Promise.all([first, ...others].map((pod) => cluster.evict(pod, NOW)));
      const accepted = answers.filter(({ type }) => type === 'accepted').length;
      expect(answers.map(({ type }) => type)).not.toContain('refused');
      expect(answers.map(({ type }) => type)).not.toContain('gone');
      expect(accepted).toBe(3);
    });

    test('a pod that has started to stop, or not to run, spends no budget', async () => {
      const { cluster, newPod } = lab();
      const { first, namespace, node, others } = await underBudget(2);
      const pending = await newPod(node, { namespace, labels: WEB, phase: 'Pending' });
      expect(await cluster.evict(first, NOW)).toEqual({ type: 'accepted' });
      expect(await cluster.evict(first, { ...NOW, gracePeriodSeconds: 3 })).toEqual({ type: 'accepted' });
      expect(await cluster.evict(pending, NOW)).toEqual({ type: 'accepted' });
      expect(await cluster.evict(others[0] ?? first, NOW)).toMatchObject({ type: 'blocked-by-budget' });
    });

    test('a spent budget is named even for a pod that is another by now', async () => {
      const { cluster } = lab();
      const { first } = await underBudget(1);
      const answer = await cluster.evict({ ...first, uid: 'an-earlier-one' }, NOW);
      expect(answer).toMatchObject({ type: 'blocked-by-budget' });
    });
  });
}
