import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { regionOf } from '../../functions/signals/region.ts';

function sample(name: string) {
  return JSON.parse(readFileSync(new URL(`../../events/${name}.json`, import.meta.url), 'utf8'));
}

test('an event is about the region of its envelope', () => {
  expect(regionOf({ ...sample('spot-interruption-terminate'), region: 'eu-west-1' })).toBe('eu-west-1');
});

test('a Health event is about the region that it names, wherever it is delivered', () => {
  const event = sample('health-scheduled-change');
  const elsewhere = { ...event, region: 'us-west-2', detail: { ...event.detail, eventRegion: 'eu-west-1' } };
  expect(regionOf(elsewhere)).toBe('eu-west-1');
});

test("a hook's own notification is about the region of the topic that it came by", () => {
  const hook = { LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING' };
  const TopicArn = 'arn:aws:sns:eu-west-1:111122223333:hooks';
  expect(regionOf({ Type: 'Notification', TopicArn, Message: JSON.stringify(hook) })).toBe('eu-west-1');
  expect(regionOf(hook)).toBeUndefined();
});

test.each([[null], ['text'], [{}], [{ region: 7 }]])('%j says none', (event) => {
  expect(regionOf(event)).toBeUndefined();
});
