import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { synthesise } from './synthesise.ts';

test('without drills there is no experiment, and no role that may interrupt instances', () => {
  const template = synthesise();
  template.resourceCountIs('AWS::FIS::ExperimentTemplate', 0);
  expect(JSON.stringify(template.toJSON())).not.toContain('fis.amazonaws.com');
});

describe('with drills', () => {
  const template = synthesise({ drills: 'true' });

  test('an interruption reaches one running spot instance with our tag', () => {
    template.hasResourceProperties('AWS::FIS::ExperimentTemplate', {
      Targets: {
        chosen: {
          ResourceType: 'aws:ec2:spot-instance',
          ResourceTags: { 'spot-responder/drill': 'requested' },
          SelectionMode: 'COUNT(1)',
          Filters: [{ Path: 'State.Name', Values: ['running'] }],
        },
      },
      Actions: {
        interrupt: {
          ActionId: 'aws:ec2:send-spot-instance-interruptions',
          Parameters: { durationBeforeInterruption: 'PT2M' },
          Targets: { SpotInstances: 'chosen' },
        },
      },
    });
  });

  test('a want of capacity reaches the group with our tag, for a quarter of an hour', () => {
    template.hasResourceProperties('AWS::FIS::ExperimentTemplate', {
      Actions: {
        refuse: {
          ActionId: 'aws:ec2:asg-insufficient-instance-capacity-error',
          Parameters: { duration: 'PT15M', percentage: '100' },
          Targets: { AutoScalingGroups: 'chosen' },
        },
      },
    });
  });

  test('its role interrupts only what carries the tag, for AWS FIS of this account only', () => {
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: 'ec2:SendSpotInstanceInterruptions',
            Condition: { StringEquals: { 'aws:ResourceTag/spot-responder/drill': 'requested' } },
          }),
        ]),
      },
    });
    template.hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: {
        Statement: [
          Match.objectLike({
            Principal: { Service: 'fis.amazonaws.com' },
            Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
          }),
        ],
      },
    });
  });
});
