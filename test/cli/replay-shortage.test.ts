import { expect, test, vi } from 'vitest';
import type { ReplayResult } from '../../cli/replay/result.ts';
import { runHere } from './run-here.ts';

/** Nearly an hour of a pool's life, skipped through. */
vi.setConfig({ testTimeout: 120_000 });

test('a shortage goes from the notice through on-demand nodes back to spot, and people are told', async () => {
  const { code, stderr, stdout } = await runHere({}, 'replay', '--scenario', 'shortage', '--slack', '--json');
  expect(stderr).toBe('');
  const result = JSON.parse(stdout) as ReplayResult;
  expect({ code, outcome: result.interruptions[0]?.outcome }).toEqual({
    code: 0,
    outcome: { type: 'emptied' },
  });
  const timeline = result.pool?.timeline ?? [];
  const decided = timeline.filter(({ type }) => type === 'decided').map(({ text }) => text.split(/[ :]/)[0]);
  expect(decided).toEqual(['scale-out', 'release', 'terminate', 'keep']);
  expect(result.pool?.shortMinutes).toBeLessThan(10);
  expect(result.pool?.onDemandNodeMinutes).toBeGreaterThan(0);
  const told = JSON.stringify(result.slack?.threads);
  expect(told).toContain('Pool a10g: on spot again');
});

test.each(['--real', '--dry-run', '--keep-time'])(
  '%s makes no sense with it, and is refused',
  async (flag) => {
    const { code, stderr } = await runHere({}, 'replay', '--scenario', 'shortage', flag);
    expect(code).toBe(2);
    expect(stderr).toContain(`${flag} does nothing in scenario shortage`);
  },
);
