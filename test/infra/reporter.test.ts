import { Match } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { synthesise } from './synthesise.ts';

const template = synthesise();

test('the reporter runs every hour, and may ask prices, read history and hours, and write hours only', () => {
  template.hasResourceProperties('AWS::Scheduler::Schedule', { ScheduleExpression: 'cron(5 * * * ? *)' });
  template.hasResourceProperties('AWS::IAM::Policy', {
    PolicyDocument: {
      Statement: Match.arrayWith([
        Match.objectLike({ Action: ['ec2:DescribeSpotPriceHistory', 'pricing:GetProducts'] }),
        Match.objectLike({
          Action: 'dynamodb:Query',
          Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['hours#*', 'history#*'] } },
        }),
        Match.objectLike({
          Action: 'dynamodb:PutItem',
          Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['hours#*'] } },
        }),
      ]),
    },
  });
});

test('the dashboard shows spot nodes, on-demand nodes and the interruptions of a day', () => {
  const [dashboard] = Object.values(template.findResources('AWS::CloudWatch::Dashboard'));
  const body = JSON.stringify(dashboard);
  for (const metric of ['SpotNodes', 'OnDemandNodes', 'InterruptionsIn24Hours'])
    expect(body).toContain(metric);
});
