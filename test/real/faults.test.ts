import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Fault } from '../../controlplane/fault-proxy.ts';
import { startSimulatedKubelet } from '../../controlplane/kubelet-stand-in.ts';
import { type SimulatedTable, startSimulatedTable } from '../../simulator/table/table.ts';
import { startTestPlane, type TestPlane } from '../support/control-plane.ts';
import { openFaultScene, type SceneOptions } from './fault-scene.ts';
import { violationsOf } from './fault-verdict.ts';

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

const openScene = (options: Omit<SceneOptions, 'plane' | 'table'> = {}) =>
  openFaultScene({ plane, table, ...options });

const lost: Fault = { type: 'reset', applied: true };

test.concurrent('a watch that dies without a word is found out when a pod should have gone', async () => {
  const scene = await openScene();
  scene.proxy.inject({ match: 'watch pods', fault: { type: 'half-open', afterMs: 0 }, times: 1 });
  const report = await scene.respond();
  expect(report.outcome.type).toBe('emptied');
  expect(report.moments.map(({ type }) => type)).toContain('watch-lost');
  expect(await violationsOf(scene, report)).toEqual([]);
  await scene.close();
}, 90_000);

test.concurrent('with all answers lost and a dead watch, no pod is evicted twice', async () => {
  const scene = await openScene();
  scene.proxy.inject({ match: 'watch pods', fault: { type: 'half-open', afterMs: 0 } });
  scene.proxy.inject({ match: 'create pods/eviction', fault: lost });
  const report = await scene.respond();
  expect(report.outcome.type).toBe('emptied');
  expect(report.drain?.pods.map(({ outcome }) => outcome.result)).toEqual(Array(5).fill('evicted'));
  expect(await violationsOf(scene, report)).toEqual([]);
  await scene.close();
}, 90_000);
