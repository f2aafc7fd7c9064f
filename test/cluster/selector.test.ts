import { expect, test } from 'vitest';
import { selects } from '../../functions/cluster/selector.ts';

const labels = { app: 'web', tier: 'front' };
const expression = (key: string, operator: string, values?: string[]) => ({
  matchExpressions: [{ key, operator, ...(values && { values }) }],
});

test.each([
  ['an absent selector', undefined, false],
  ['an empty selector', {}, true],
  ['equal labels', { matchLabels: { app: 'web', tier: 'front' } }, true],
  ['one label that differs', { matchLabels: { app: 'web', tier: 'back' } }, false],
  ['In with the value', expression('app', 'In', ['api', 'web']), true],
  ['In without the key', expression('zone', 'In', ['a']), false],
  ['NotIn with the value', expression('app', 'NotIn', ['web']), false],
  ['NotIn without the key', expression('zone', 'NotIn', ['a']), true],
  ['Exists', expression('app', 'Exists'), true],
  ['Exists without the key', expression('zone', 'Exists'), false],
  ['DoesNotExist', expression('app', 'DoesNotExist'), false],
  ['DoesNotExist without the key', expression('zone', 'DoesNotExist'), true],
  ['an operator of the future', expression('app', 'Near', ['web']), false],
  [
    'labels and expressions together',
    { matchLabels: { app: 'web' }, ...expression('tier', 'NotIn', ['front']) },
    false,
  ],
])('%s', (_, selector, expected) => {
  expect(selects(selector, labels)).toBe(expected);
});
