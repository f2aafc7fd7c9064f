import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { handleDelivery } from '../../functions/respond/delivery.ts';
import { retimeEvent } from '../../functions/signals/retime.ts';
import { doomed, openScene, type Scene } from './scene.ts';

const sample: unknown = JSON.parse(
  readFileSync(new URL('../../events/terminate-hook.json', import.meta.url), 'utf8'),
);

/** As `events/terminate-hook.json` names it. */
function letHookWait(scene: Scene, timeoutSeconds: number) {
  scene.world.account.addLifecycleAction({
    group: 'eks-gpu-fake',
    hook: 'spot-responder',
    instanceId: doomed,
    token: '11111111-2222-4333-8444-555555555555',
    timeoutSeconds,
  });
  return scene.world.account.lifecycleActions[0];
}

function addSlowPod(scene: Scene, stopsAfterSeconds: number) {
  scene.world.cluster.addWorkload({
    kind: 'Deployment',
    namespace: 'training',
    name: 'slow',
    nodes: [scene.node],
    graceSeconds: 600,
    stopsAfterSeconds,
    labels: { app: 'slow' },
    tolerations: [{ key: 'nvidia.com/gpu', operator: 'Exists' }],
  });
}

test.concurrent('a hook shorter than the drain is kept waiting, then answered', async () => {
  await using scene = await openScene(40);
  const action = letHookWait(scene, 60);
  addSlowPod(scene, 100);
  const [report] = await scene.send('terminate-hook');
  expect(report?.outcome.type).toBe('emptied');
  expect(action).toMatchObject({ result: 'CONTINUE', timedOut: false });
  expect(action?.heartbeats).toBeGreaterThanOrEqual(3);
});

test.concurrent('the deadline is what the hook can be stretched to, or the longest drain that is configured', async () => {
  await using scene = await openScene();
  letHookWait(scene, 30);
  const [short] = await scene.send('terminate-hook');
  const left =
    (short?.interruption.deadline?.getTime() ?? 0) - (short?.interruption.noticedAt.getTime() ?? 0);
  expect(left).toBe(2_990_000);
  await using patient = await openScene();
  letHookWait(patient, 3_600);
  const [long] = await patient.send('terminate-hook');
  expect((long?.interruption.deadline?.getTime() ?? 0) - (long?.interruption.noticedAt.getTime() ?? 0)).toBe(
    7_200_000,
  );
});

test.concurrent('a budget that never allows is overridden before the hook runs out, and the hook is answered', async () => {
  await using scene = await openScene(20);
  const action = letHookWait(scene, 75);
  scene.world.account.inject({
    operation: 'RecordLifecycleActionHeartbeat',
    code: 'AccessDenied',
    times: 99,
  });
  scene.world.cluster.addBudget({
    namespace: 'inference',
    name: 'llm',
    maxUnavailable: 0,
    selector: { matchLabels: { app: 'llm' } },
  });
  const [report] = await scene.send('terminate-hook');
  expect(report?.outcome.type).toBe('emptied');
  expect(report?.drain?.pods.map(({ outcome }) => outcome.result)).toContain('deleted');
  expect(action).toMatchObject({ result: 'CONTINUE', timedOut: false });
});

test.concurrent('a drain that failed answers the hook on its last try, not before', async () => {
  await using scene = await openScene();
  const action = letHookWait(scene, 600);
  scene.world.cluster.inject({ match: () => true, fault: { type: 'forbidden' } });
  const event = retimeEvent(sample, scene.clock.now());
  const first = await handleDelivery(event, scene.deps);
  expect(first.failure?.message).toContain(doomed);
  expect(action?.result).toBeUndefined();
  const records = { Records: [{ messageId: 'm-1', body: JSON.stringify(event), eventSource: 'aws:sqs' }] };
  const second = await handleDelivery(records, scene.deps);
  expect(second.reports.map(({ outcome }) => outcome.type)).toEqual(['failed']);
  expect(action?.result).toBe('CONTINUE');
});
