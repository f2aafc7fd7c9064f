import { describe, expect, test } from 'vitest';
import { cases } from '../../cli/notify/cases.ts';
import type { Announced } from '../../functions/notify/announced.ts';
import { channelOf, placesOf } from '../../functions/notify/routing.ts';
import {
  type NotifySettings,
  parseAccountNames,
  parseRoutes,
  readerOf,
} from '../../functions/notify/settings.ts';

const settings: NotifySettings = {
  channel: 'C-default',
  routes: [
    { cluster: 'ml-*', channel: 'C-ml' },
    { cluster: 'ml-prod', channel: 'C-never-reached' },
    { namespace: 'training', channel: 'C-training' },
    { level: 'critical', channel: 'C-oncall', mentionFrom: 'critical' },
  ],
  tellRebalances: false,
  windowSeconds: 120,
  accountNames: {},
};

function eventsOf(name: string): readonly Announced[] {
  return cases.find((each) => each.name === name)?.events ?? [];
}

function channelsOf(announced: Announced | undefined, part: Partial<NotifySettings> = {}): readonly string[] {
  return announced
    ? placesOf(announced, { ...settings, ...part }).map(({ conversation }) => channelOf(conversation))
    : [];
}

describe('a channel', () => {
  const [receipt, progress] = eventsOf('draining');
  const [, blocked] = eventsOf('blocked');

  test('by cluster, the first route that fits', () => expect(channelsOf(receipt)).toEqual(['C-ml']));
  test('by default', () => expect(channelsOf(receipt, { routes: [] })).toEqual(['C-default']));
  test('by the namespace of a pod that is moved, added to the first', () =>
    expect(channelsOf(progress)).toEqual(['C-ml', 'C-training']));
  test('by level, added to the first', () => expect(channelsOf(blocked)).toEqual(['C-ml', 'C-oncall']));
  test('has its own level of mentions', () => {
    expect(readerOf(settings, 'C-oncall').mentionFrom).toBe('critical');
    expect(readerOf(settings, 'C-ml').mentionFrom).toBeUndefined();
  });
});

describe('a rebalance recommendation', () => {
  const of = (name: string, at: number): Announced | undefined => {
    const announced = eventsOf(name)[at];
    return (
      announced &&
      ({ ...announced, detail: { ...announced.detail, kind: 'rebalance-recommendation' } } as Announced)
    );
  };

  test('that nothing is done about is quiet', () => {
    expect([0, 1].map((at) => channelsOf(of('told-only', at)))).toEqual([[], []]);
  });
  test('is told where that is configured', () => {
    expect(channelsOf(of('told-only', 0), { tellRebalances: true })).toEqual(['C-ml']);
  });
  test('that is acted on is told', () => expect(channelsOf(of('receipt', 0))).toEqual(['C-ml']));
  test('that failed is told', () => expect(channelsOf(of('failed', 1))).toEqual(['C-ml', 'C-oncall']));
});

describe('a conversation', () => {
  const [receipt] = eventsOf('receipt');
  const at = (seconds: number) =>
    receipt &&
    placesOf(
      {
        ...receipt,
        detail: { ...receipt.detail, incident: `i-0b/spot-interruption/${seconds}` },
      } as Announced,
      settings,
    )[0];

  test('is shared by what was noticed within one window of one cluster', () => {
    expect(at(1_795_168_800)?.conversation).toBe(at(1_795_168_919)?.conversation);
    expect(at(1_795_168_800)?.conversation).not.toBe(at(1_795_168_920)?.conversation);
  });
});

describe('settings', () => {
  test.each([
    ['{', 'SLACK_ROUTES is not JSON'],
    ['{}', 'SLACK_ROUTES is wrong'],
    ['[{"cluster": "a"}]', 'wrong at 0.channel'],
    ['[{"channel": "C1", "level": "loud"}]', 'info, warning, critical'],
    ['[{"channel": "C1", "chanel": "C2"}]', 'SLACK_ROUTES is wrong at 0'],
  ])('%s is refused: %s', (text, problem) => {
    expect(() => parseRoutes('SLACK_ROUTES', text)).toThrow(problem);
  });

  test('account names are an object', () => {
    expect(() => parseAccountNames('ACCOUNT_NAMES', '["ml"]')).toThrow('ACCOUNT_NAMES is wrong');
    expect(parseAccountNames('ACCOUNT_NAMES', '{"111122223333": "ml"}')).toEqual({ '111122223333': 'ml' });
  });
});
