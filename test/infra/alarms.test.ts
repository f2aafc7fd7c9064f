import { Match } from 'aws-cdk-lib/assertions';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import type { Outcome } from '../../functions/respond/report.ts';
import { emitMetrics, emitNotices } from '../../functions/telemetry/metrics.ts';
import { anInterruption } from '../support/interruptions.ts';
import { synthesise } from './synthesise.ts';

const topic = 'arn:aws:sns:us-east-2:111122223333:alarms';
const template = synthesise({ slackSecret: 'slack', alarmTopic: topic });
const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm')).map(
  ({ Properties }) => Properties,
);
const ours = alarms.filter(({ Namespace }) => Namespace === 'SpotResponder');

/** Powertools then writes to the console, where it can be read. */
vi.stubEnv('POWERTOOLS_DEV', 'true');
vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'false');
afterEach(() => vi.restoreAllMocks());
afterAll(() => vi.unstubAllEnvs());

/** What is written while `emit` runs, by name: value and dimensions. */
function emitted(emit: () => void) {
  const lines: string[] = [];
  vi.spyOn(console, 'log').mockImplementation((line) => void lines.push(String(line)));
  emit();
  return lines
    .map((line) => JSON.parse(line))
    .flatMap((set) =>
      set._aws.CloudWatchMetrics.flatMap(
        ({
          Dimensions,
          Metrics,
          Namespace,
        }: {
          Dimensions: string[][];
          Metrics: { Name: string }[];
          Namespace: string;
        }) =>
          Metrics.map(({ Name }) => ({
            Namespace,
            MetricName: Name,
            value: set[Name],
            dimensions: Dimensions.map((names) => Object.fromEntries(names.map((name) => [name, set[name]]))),
          })),
      ),
    );
}

function reportWith(outcome: Outcome) {
  const finishedAt = new Date();
  return { interruption: anInterruption({}), outcome, moments: [], requests: {}, finishedAt };
}

const reason = 'r';

test.each([
  'DeadLetters',
  'DeadlineMissed',
  'DrainBlocked',
  'NotEnrolled',
  'SlackFailing',
  'NoticesLost',
  'IndexFailing',
  'FallbackFailing',
  'PricesFailing',
])('there is an alarm %s, which rings at the first and says what helps', (name) => {
  const ids = Object.keys(template.findResources('AWS::CloudWatch::Alarm'));
  expect(ids.some((id) => id.includes(`Alarms${name}`))).toBe(true);
});

test('every alarm is sent to the topic and says what to do', () => {
  for (const alarm of alarms) {
    expect(alarm).toMatchObject({ AlarmActions: [topic], Threshold: 1 });
    expect(alarm.AlarmDescription).toMatch(/^spot-responder: .+\. .+\.$/);
  }
});

test('every alarm is quiet while nothing happens, but for those of what a schedule starts: they have too little data then', () => {
  const started = alarms.filter(({ InsufficientDataActions }) => InsufficientDataActions !== undefined);
  expect(started.map(({ MetricName, Period }) => [MetricName, Period])).toEqual([
    ['Errors', 60],
    ['Errors', 60],
    ['Errors', 3_600],
  ]);
  for (const alarm of started)
    expect(alarm).toMatchObject({ TreatMissingData: 'missing', InsufficientDataActions: [topic] });
  for (const alarm of alarms) {
    expect(alarm).toMatchObject({ ComparisonOperator: 'GreaterThanOrEqualToThreshold' });
    if (!started.includes(alarm)) expect(alarm).toMatchObject({ TreatMissingData: 'notBreaching' });
  }
});

test('they are within the ten that an account has for nothing', () => {
  expect(alarms).toHaveLength(10);
});

test('every target of a rule and of a schedule has a queue for what it does not take', () => {
  const rules = Object.values(template.findResources('AWS::Events::Rule'));
  const schedules = Object.values(template.findResources('AWS::Scheduler::Schedule'));
  const targets = [
    ...rules.flatMap(({ Properties }) => Properties.Targets),
    ...schedules.map(({ Properties }) => Properties.Target),
  ];
  expect(schedules).toHaveLength(4);
  for (const target of targets) expect(target).toHaveProperty('DeadLetterConfig');
});

test('every function has a queue for what it fails on, and one that is started by itself waits no longer than the next is away', () => {
  const functions = Object.keys(template.findResources('AWS::Lambda::Function'));
  const configured = Object.values(template.findResources('AWS::Lambda::EventInvokeConfig'));
  const mappings = Object.values(template.findResources('AWS::Lambda::EventSourceMapping'));
  for (const { Properties } of configured) {
    expect(Properties.DestinationConfig.OnFailure.Destination).toHaveProperty('Fn::GetAtt');
    expect(Properties.MaximumEventAgeInSeconds).toBeLessThanOrEqual(1_800);
  }
  const named = new Set([...configured, ...mappings].map(({ Properties }) => Properties.FunctionName.Ref));
  expect([...named].sort()).toEqual(functions.sort());
});

test('every alarm of ours watches a metric that the code writes, with the very same dimensions', () => {
  const written = [
    ...emitted(() => emitMetrics([reportWith({ type: 'emptied' })])),
    ...emitted(() => emitNotices({ delivered: 1, failed: 0 })),
  ];
  expect(ours.length).toBeGreaterThan(3);
  for (const { Dimensions, MetricName, Namespace } of ours) {
    const wanted = Object.fromEntries(
      Dimensions.map(({ Name, Value }: { Name: string; Value: string }) => [Name, Value]),
    );
    const same = written.find((each) => each.MetricName === MetricName && each.Namespace === Namespace);
    expect(same?.dimensions).toContainEqual(wanted);
  }
});

describe('what somebody must look at is counted over all clusters', () => {
  test.each<[string, Outcome]>([
    ['NotEnrolled', { type: 'failed', reason, fault: 'unauthorized' }],
    ['NotEnrolled', { type: 'failed', reason, fault: 'forbidden' }],
    ['Failures', { type: 'failed', reason, fault: 'unreachable' }],
    ['Failures', { type: 'failed', reason }],
    ['DrainsBlocked', { type: 'blocked', reason }],
    ['DeadlinesMissed', { type: 'still-terminating', reason }],
  ])('%s: %j', (name, outcome) => {
    const totals = emitted(() => emitMetrics([reportWith(outcome), reportWith({ type: 'emptied' })]));
    const names = ['DeadlinesMissed', 'DrainsBlocked', 'NotEnrolled', 'Failures'];
    const counted = totals.filter(({ MetricName, value }) => names.includes(MetricName) && value > 0);
    expect(counted.map(({ MetricName, value }) => [MetricName, value])).toEqual([[name, 1]]);
  });
});

test.each<[number, Outcome]>([
  [1, { type: 'emptied' }],
  [1, { type: 'failed', reason }],
  [0, { type: 'already-handled', reason }],
  [0, { type: 'continued', reason }],
  [0, { type: 'interrupted', reason }],
  [0, { type: 'joined', reason }],
  [0, { type: 'not-ours', reason }],
])('an interruption is counted once, by the run that ends it: %i for %j', (count, outcome) => {
  const written = emitted(() => emitMetrics([reportWith(outcome)]));
  expect(written.filter(({ MetricName }) => MetricName === 'Interruptions')).toHaveLength(count);
  expect(written.map(({ MetricName }) => MetricName)).toContain(`Outcome_${outcome.type}`);
});

test('the dashboard is one page, named after its region since an account has one list of them, and can be left out', () => {
  template.hasResourceProperties('AWS::CloudWatch::Dashboard', {
    DashboardName: { 'Fn::Join': ['', ['spot-responder-', { Ref: 'AWS::Region' }]] },
  });
  template.hasResourceProperties('AWS::CloudWatch::Dashboard', { DashboardBody: Match.anyValue() });
  synthesise({ dashboard: 'false' }).resourceCountIs('AWS::CloudWatch::Dashboard', 0);
});
