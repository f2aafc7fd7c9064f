import { describe, expect, test } from 'vitest';
import type { NodeOwner } from '../../functions/locate/located.ts';
import { chooseResponse, defaultChoices, type PolicyChoices } from '../../functions/respond/policy.ts';
import type { Interruption, InterruptionKind } from '../../functions/signals/interruption.ts';
import { anInterruption } from '../support/interruptions.ts';

const managed: NodeOwner = { type: 'managed-node-group', nodeGroup: 'gpu' };
const karpenter: NodeOwner = { type: 'karpenter', nodePool: 'gpu' };
const autoMode: NodeOwner = { type: 'auto-mode', nodePool: 'gpu' };

type Row = [
  InterruptionKind,
  NodeOwner,
  Partial<Interruption>,
  Partial<PolicyChoices>,
  'drain' | 'cordon' | 'tell' | 'undo',
];

const table: Row[] = [
  ['spot-interruption', managed, {}, {}, 'drain'],
  ['spot-interruption', { type: 'unknown' }, {}, {}, 'drain'],
  ['spot-interruption', managed, { action: 'stop' }, {}, 'drain'],
  ['spot-interruption', managed, { action: 'hibernate' }, {}, 'cordon'],
  ['spot-interruption', karpenter, {}, {}, 'tell'],
  ['spot-interruption', autoMode, {}, {}, 'tell'],
  ['spot-interruption', karpenter, {}, { drainSelfManaged: true }, 'drain'],
  ['spot-interruption', karpenter, { action: 'hibernate' }, { drainSelfManaged: true }, 'cordon'],
  ['rebalance-recommendation', managed, { severity: 'soft' }, {}, 'tell'],
  ['rebalance-recommendation', managed, { severity: 'soft' }, { onRebalance: 'cordon' }, 'cordon'],
  ['rebalance-recommendation', managed, { severity: 'soft' }, { onRebalance: 'drain' }, 'drain'],
  [
    'rebalance-recommendation',
    karpenter,
    { severity: 'soft' },
    { onRebalance: 'drain', drainSelfManaged: true },
    'tell',
  ],
  ['scheduled-change', managed, { severity: 'soft' }, {}, 'tell'],
  ['scheduled-change', managed, { severity: 'soft' }, { onScheduledChange: 'drain' }, 'drain'],
  [
    'scheduled-change',
    managed,
    { severity: 'soft', cancelled: true },
    { onScheduledChange: 'drain' },
    'undo',
  ],
  ['scheduled-change', karpenter, { severity: 'soft' }, { drainSelfManaged: true }, 'tell'],
  ['instance-state-change', managed, {}, {}, 'drain'],
  ['instance-state-change', karpenter, { severity: 'soft', cancelled: true }, {}, 'undo'],
  ['rebalance-recommendation', managed, { severity: 'soft', cancelled: true }, {}, 'undo'],
  ['terminate-hook', managed, {}, {}, 'drain'],
  ['capacity-reservation-interruption', managed, {}, {}, 'drain'],
  ['capacity-block-expiration', managed, {}, {}, 'drain'],
];

describe('the policy', () => {
  test.each(table)('%s on %o with %o and %o leads to: %s', (kind, owner, part, choices, expected) => {
    const response = chooseResponse(anInterruption({ kind, ...part }), owner, {
      ...defaultChoices,
      ...choices,
    });
    const said = response.undo ? 'undo' : response.drain ? 'drain' : response.cordon ? 'cordon' : 'tell';
    expect(said).toBe(expected);
    expect(response.reason).not.toBe('');
  });

  test('begins the configured time before a scheduled change, and with anything else at once', () => {
    const choices = {
      ...defaultChoices,
      onScheduledChange: 'drain' as const,
      scheduledChangeLeadMinutes: 90,
    };
    const deadline = new Date('2026-11-27T13:00:00Z');
    const change = anInterruption({ kind: 'scheduled-change', severity: 'soft', deadline });
    expect(chooseResponse(change, managed, choices).beginsAt).toEqual(new Date('2026-11-27T11:30:00Z'));
    expect(chooseResponse(change, managed, defaultChoices).beginsAt).toBeUndefined();
    expect(chooseResponse(anInterruption(), managed, choices).beginsAt).toBeUndefined();
  });

  test('never drains without a cordon', () => {
    for (const [kind, owner, part, choices] of table) {
      const response = chooseResponse(anInterruption({ kind, ...part }), owner, {
        ...defaultChoices,
        ...choices,
      });
      expect(response.drain && !response.cordon).toBe(false);
    }
  });
});
