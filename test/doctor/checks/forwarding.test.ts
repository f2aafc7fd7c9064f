import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type DoctorScene, openDoctorScene } from '../scene.ts';

let scene: DoctorScene;
beforeEach(async () => {
  scene = await openDoctorScene();
});
afterEach(() => scene.close());

describe('an extra region', () => {
  test('that forwards everything is well', async () => {
    expect(await scene.findingsOf('extra regions')).toMatchObject([
      {
        type: 'ok',
        about: 'eu-west-1',
        detail: expect.stringMatching(/^all \d kinds of events forwarded to us-east-2$/),
      },
    ]);
  });

  test('whose rule is switched off, is not there, or matches something else', async () => {
    scene.changeForwarding(([first, ...others]) => [
      { ...Object(first), answer: { ...first?.answer, State: 'DISABLED' } },
      ...others,
    ]);
    expect(await scene.findingsOf('extra regions')).toMatchObject([
      {
        type: 'wrong',
        remedy: expect.stringContaining('aws events enable-rule --region eu-west-1 --name Rulespot'),
      },
    ]);
    scene.changeForwarding(([first, ...others]) => {
      const [target] = (first?.answer?.Targets ?? []) as readonly object[];
      const Targets = [{ ...target, DeadLetterConfig: undefined }];
      return [{ ...Object(first), answer: { ...first?.answer, Targets } }, ...others];
    });
    expect(await scene.findingsOf('extra regions')).toMatchObject([
      { type: 'wrong', problem: 'what it cannot forward is lost: its target has no dead-letter queue' },
    ]);
    scene.changeForwarding((rules) => rules.slice(1));
    expect(await scene.findingsOf('extra regions')).toMatchObject([
      {
        type: 'wrong',
        problem: 'no rule forwards spot-interruption: interruptions there reach nobody',
        remedy: expect.stringContaining('npx cdk deploy SpotResponder-eu-west-1'),
      },
    ]);
    scene.changeForwarding(() => []);
    expect(await scene.findingsOf('extra regions')).toMatchObject([
      { problem: expect.stringContaining('rebalance-recommendation') },
    ]);
  }, 60_000);

  test('that does not let us look is named', async () => {
    scene.account.inject({ operation: 'ListRuleNamesByTarget', times: 1, code: 'AccessDeniedException' });
    expect(await scene.findingsOf('extra regions')).toMatchObject([
      { type: 'not-seen', about: 'eu-west-1', permission: 'events:ListRuleNamesByTarget' },
    ]);
  });

  test('with events that it could not forward', async () => {
    scene.notForwarded.send('{}');
    expect(await scene.findingsOf('extra regions')).toMatchObject([
      { type: 'wrong', about: 'eu-west-1: queue NotForwarded', remedy: 'spot-responder redrive eu-west-1' },
    ]);
  }, 60_000);
});
