import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Validations } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { AwsSolutionsChecks } from 'cdk-nag';
import { expect, test, vi } from 'vitest';
import { ForwardingStack } from '../../infra/forwarding-stack.ts';
import { readSettings } from '../../infra/read-settings.ts';
import { SpotResponderStack } from '../../infra/spot-responder-stack.ts';
import { everything, notBuilt } from './synthesise.ts';

/** All rules over two stacks: minutes on a busy machine. */
vi.setConfig({ testTimeout: 240_000 });

const settings = readSettings({
  ...everything,
  alarmTopic: 'arn:aws:sns:us-east-2:111122223333:alarms',
});

/** Throws with what is broken where. */
function check(change: (home: SpotResponderStack) => void = () => undefined): void {
  const outdir = mkdtempSync(join(tmpdir(), 'spot-responder-nag-'));
  try {
    const app = new App({ outdir });
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    const env = { region: 'us-east-2' };
    change(new SpotResponderStack(app, 'Home', { code: notBuilt, settings, env }));
    new ForwardingStack(app, 'Extra', { homeRegion: env.region, env: { region: 'eu-west-1' } });
    app.synth();
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

test('no rule of the AWS Solutions pack is broken, but for wildcards that have a reason', () => {
  expect(check).not.toThrow();
});

test('a wildcard that has no reason is not let through', () => {
  const statement = new PolicyStatement({ actions: ['s3:GetObject'], resources: ['arn:aws:s3:::private/*'] });
  expect(() =>
    check(({ spotResponder }) => void spotResponder.responder.role.addToPolicy(statement)),
  ).toThrow('AwsSolutions-IAM5[Resource::arn:aws:s3:::private/*]');
});
