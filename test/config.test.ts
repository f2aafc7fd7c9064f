import { expect, test } from 'vitest';
import { readConfig } from '../functions/config.ts';

const minimal = {
  AWS_REGION: 'us-east-2',
  INCIDENT_TABLE: 'incidents',
  EVENT_BUS: 'spot-responder',
  CONTINUATION_QUEUE: 'https://sqs.example/later',
};

test('defaults act on what is certain and only tell about the rest', () => {
  expect(readConfig(minimal)).toEqual({
    region: 'us-east-2',
    regions: ['us-east-2'],
    incidentTable: 'incidents',
    eventBus: 'spot-responder',
    continuationQueue: 'https://sqs.example/later',
    kubernetesEvents: true,
    leaseSeconds: 15,
    choices: {
      onRebalance: 'tell',
      onScheduledChange: 'tell',
      drainSelfManaged: false,
      rebalanceCheckpointMinutes: 10,
      rebalanceCordonMinutes: 60,
      scheduledChangeLeadMinutes: 120,
      longestDrainMinutes: 120,
    },
  });
});

test('markers are looked for where it is said', () => {
  expect(readConfig({ ...minimal, CHECKPOINT_MARKERS: 's3://bucket/training/' }).markers).toEqual({
    bucket: 'bucket',
    path: 'training',
  });
});

test.each([
  [{ INCIDENT_TABLE: '' }, 'INCIDENT_TABLE is not set'],
  [{ ON_REBALANCE: 'Drain' }, 'ON_REBALANCE is "Drain"; it may be tell, cordon, drain'],
  [{ DRAIN_SELF_MANAGED: 'yes' }, 'DRAIN_SELF_MANAGED is "yes"'],
  [{ LONGEST_DRAIN_MINUTES: '2h' }, 'LONGEST_DRAIN_MINUTES is "2h"; it must be a whole number'],
  [{ CHECKPOINT_MARKERS: 'bucket/run' }, 'CHECKPOINT_MARKERS is "bucket/run"; it must be s3://bucket/prefix'],
  [{ REBALANCE_CORDON_MINUTES: '-5' }, 'REBALANCE_CORDON_MINUTES is "-5"; it must be a whole number from 0'],
  [{ SCHEDULED_CHANGE_LEAD_MINUTES: '1d' }, 'SCHEDULED_CHANGE_LEAD_MINUTES is "1d"; it must be a whole'],
  [{ LEASE_SECONDS: '1' }, 'LEASE_SECONDS is "1"; it must be a whole number from 5 to 120'],
  [
    { REBALANCE_CHECKPOINT_MINUTES: '0' },
    'REBALANCE_CHECKPOINT_MINUTES is "0"; it must be a whole number from 1',
  ],
])('%o is refused, naming the variable', (wrong, message) => {
  expect(() => readConfig({ ...minimal, ...wrong })).toThrow(message);
});

test('the regions that are served are the own one and the extra ones, each once', () => {
  const environment = { ...minimal, EXTRA_REGIONS: 'eu-west-1, us-east-2,ap-south-1' };
  expect(readConfig(environment).regions).toEqual(['us-east-2', 'eu-west-1', 'ap-south-1']);
});
