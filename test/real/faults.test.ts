import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Fault } from '../../controlplane/fault-proxy.ts';
import { startSimulatedKubelet } from '../../controlplane/kubelet-stand-in.ts';
import type { InterruptionReport } from '../../functions/respond/report.ts';
import { type SimulatedTable, startSimulatedTable } from '../../simulator/table/table.ts';
import { startTestPlane, type TestPlane } from '../support/control-plane.ts';
import { type FaultScene, openFaultScene, type SceneOptions } from './fault-scene.ts';
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

/** The whole node is emptied, and the API server has nothing to complain of. */
async function expectEmptied(scene: FaultScene): Promise<InterruptionReport> {
  const report = await scene.respond();
  expect(report.outcome.type).toBe('emptied');
  expect(report.drain?.pods.map(({ outcome }) => outcome.result)).toEqual(scene.leaving.map(() => 'evicted'));
  expect(await scene.podsOnNode()).toEqual([]);
  expect(await violationsOf(scene, report)).toEqual([]);
  return report;
}

/** Each other request, of whatever kind. */
function everyOther() {
  let count = 0;
  return () => {
    count += 1;
    return count % 2 === 0;
  };
}

test.concurrent.each<[string, Fault]>([
  ['40 ms more for each request', { type: 'slow', ms: 40 }],
  ['a second more for each request', { type: 'slow', ms: 1_000 }],
])(
  '%s: every pod is moved',
  async (_, fault) => {
    const scene = await openScene();
    scene.proxy.inject({ match: () => true, fault });
    await expectEmptied(scene);
    await scene.close();
  },
  90_000,
);

test.concurrent.each<[string, Fault]>([
  ['a connection that breaks before the request', { type: 'reset', applied: false }],
  ['a connection that breaks after the request', lost],
  ['429 with Retry-After', { type: 'too-many-requests', retryAfterSeconds: 1 }],
  ['500', { type: 'server-error', code: 500 }],
  ['502 of a load balancer', { type: 'server-error', code: 502 }],
  ['an answer that ends in the middle', { type: 'truncated' }],
])(
  '%s, for every other request: every pod is moved',
  async (_, fault) => {
    const scene = await openScene();
    scene.proxy.inject({ match: everyOther(), fault });
    await expectEmptied(scene);
    await scene.close();
  },
  90_000,
);

test.concurrent('a watch that dies without a word is found out when a pod should have gone', async () => {
  const scene = await openScene();
  scene.proxy.inject({ match: 'watch pods', fault: { type: 'half-open', afterMs: 0 }, times: 1 });
  const report = await expectEmptied(scene);
  expect(report.moments.map(({ type }) => type)).toContain('watch-lost');
  await scene.close();
}, 90_000);

test.concurrent('with all answers lost and a dead watch, no pod is evicted twice', async () => {
  const scene = await openScene();
  scene.proxy.inject({ match: 'watch pods', fault: { type: 'half-open', afterMs: 0 } });
  scene.proxy.inject({ match: 'create pods/eviction', fault: lost });
  await expectEmptied(scene);
  await scene.close();
}, 90_000);

test('a token that expires in mid-drain is signed anew', async () => {
  const scene = await openScene({ secondsLeft: 60, blockedPod: true });
  const { authenticator } = plane;
  const countRefusals = () => authenticator.refusals.filter((reason) => reason.includes('expired')).length;
  const before = countRefusals();
  const expiry = scene.until('gone').then(async () => {
    authenticator.expireTokens();
    await vi.waitUntil(() => countRefusals() > before, { timeout: 30_000 });
    await scene.unblock();
  });
  await expectEmptied(scene);
  await expiry;
  await scene.close();
}, 90_000);

test('an API server that is killed in mid-drain and starts again finds the drain going on', async () => {
  const scene = await openScene({ secondsLeft: 60, blockedPod: true });
  const restart = scene.until('blocked').then(async () => {
    await plane.restartApiServer();
    await scene.unblock();
  });
  await expectEmptied(scene);
  await restart;
  await scene.close();
}, 90_000);
