import { App } from 'aws-cdk-lib';
import { expect, test } from 'vitest';
import { Network, Rebalance } from '../../infra/choices.ts';
import { ForwardingStack } from '../../infra/forwarding-stack.ts';
import type { SpotResponderProps } from '../../infra/spot-responder.ts';
import { SpotResponderStack } from '../../infra/spot-responder-stack.ts';
import { notBuilt } from './synthesise.ts';

const env = { region: 'us-east-1' };
const make = (props: SpotResponderProps) =>
  new SpotResponderStack(new App(), 'Test', { code: notBuilt, env, ...props });
const topic = 'arn:aws:sns:eu-west-1:111122223333:alarms';

test.each<[string, SpotResponderProps, string]>([
  [
    'another home region',
    { settings: { homeRegion: 'eu-west-1' } },
    'homeRegion is eu-west-1, and the stack is in us-east-1',
  ],
  ['a topic elsewhere', { settings: { alarmTopic: [topic] } }, 'alarmTopic is a topic of eu-west-1, and'],
  [
    'a choice and its contrary',
    { rebalance: Rebalance.drain(), settings: { onRebalance: 'tell' } },
    'settings.onRebalance says something else than',
  ],
])('%s is refused', (_, props, message) => {
  expect(() => make(props)).toThrow(message);
});

test('what is said twice alike is taken', () => {
  expect(() => make({ rebalance: Rebalance.drain(), settings: { onRebalance: 'drain' } })).not.toThrow();
});

test('a VPC without subnets is none', () => {
  expect(() => Network.inVpc({ subnets: [], securityGroups: [] })).toThrow('take Network.outside()');
});

test.each([
  [{ homeRegion: 'us-east-1' }, 'homeRegion is us-east-1, where this stack is too'],
  [{ homeRegion: 'nowhere' }, 'homeRegion is "nowhere"; it must be a region'],
  [{ homeRegion: 'eu-west-1', alarmTopic: 'nonsense' }, 'alarmTopic is "nonsense"; it must be'],
  [{ homeRegion: 'eu-west-1', alarmTopic: topic }, 'alarmTopic is a topic of eu-west-1, and the stack is in'],
])('a forwarding stack with %j', (props, message) => {
  expect(() => new ForwardingStack(new App(), 'Test', { env, ...props })).toThrow(message);
});
