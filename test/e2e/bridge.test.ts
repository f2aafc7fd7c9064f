import { expect, test, vi } from 'vitest';
import { openBridge } from '../../e2e/events/bridge.ts';

const FUNCTION = 'arn:aws:lambda:us-east-2:111122223333:function:responder';
const QUEUE = 'arn:aws:sqs:us-east-2:111122223333:second-look';
const event = (id: string) => ({ source: 'aws.ec2', id });

function open(refused?: string) {
  const delivered: string[] = [];
  const lost: unknown[] = [];
  const take = (kind: string) => async (_: string, given: unknown) => {
    if (kind === refused) throw new Error(`${kind} is away`);
    delivered.push(`${kind} ${Object(given).id}`);
  };
  const bridge = openBridge(
    [
      {
        id: 'ours',
        bus: 'default',
        pattern: { source: ['aws.ec2'] },
        targets: [{ arn: FUNCTION }, { arn: QUEUE }],
      },
      { id: 'other', bus: 'spot-responder', pattern: { source: ['aws.ec2'] }, targets: [{ arn: QUEUE }] },
    ],
    {
      toFunction: take('function'),
      toQueue: take('queue'),
      toBus: take('bus'),
      lost: (error) => lost.push(error),
    },
  );
  return { bridge, delivered, lost };
}

const settled = () => new Promise<void>((resolve) => void setImmediate(resolve));

test('an event goes to each target of the rules of its own bus that match it', async () => {
  const { bridge, delivered } = open();
  expect(bridge.put('default', event('1'))).toEqual(['ours']);
  await settled();
  expect(delivered).toEqual(['function 1', 'queue 1']);
});

test('an event that no rule matches goes nowhere', async () => {
  const { bridge, delivered } = open();
  expect(bridge.put('default', { source: 'aws.s3', id: '1' })).toEqual([]);
  await settled();
  expect(delivered).toEqual([]);
});

test('what a target does not take ends in the queue that it has for that; the rest is lost', async () => {
  const delivered: unknown[] = [];
  const lost: unknown[] = [];
  const rule = (id: string, deadLetters?: string) => ({
    id,
    bus: id,
    pattern: { source: ['aws.ec2'] },
    targets: [{ arn: FUNCTION, ...(deadLetters && { deadLetters }) }],
  });
  const bridge = openBridge([rule('kept', QUEUE), rule('careless')], {
    toFunction: async () => {
      throw new Error('no such function');
    },
    toQueue: async (arn, given) => void delivered.push([arn, Object(given).id]),
    toBus: async () => undefined,
    lost: (error) => lost.push(error),
  });
  bridge.put('kept', event('1'));
  bridge.put('careless', event('2'));
  await settled();
  expect(delivered).toEqual([[QUEUE, '1']]);
  expect(lost).toHaveLength(1);
});

test('copies come as often as is asked for, to each target', async () => {
  const { bridge, delivered } = open();
  bridge.put('default', event('1'), { copies: 3 });
  await settled();
  expect(delivered.filter((each) => each === 'function 1')).toHaveLength(3);
  expect(delivered.filter((each) => each === 'queue 1')).toHaveLength(3);
});

test.each([
  ['functions', ['queue 1']],
  ['queues', ['function 1']],
] as const)('what is dropped for %s comes to the others', async (drop, left) => {
  const { bridge, delivered } = open();
  bridge.put('default', event('1'), { drop });
  await settled();
  expect(delivered).toEqual(left);
});

test('a delayed event comes after one that was put later', async () => {
  const { bridge, delivered } = open();
  bridge.put('default', event('late'), { delayMs: 50 });
  bridge.put('default', event('prompt'));
  await vi.waitFor(() => expect(delivered).toHaveLength(4), 10_000);
  expect(delivered).toEqual(['function prompt', 'queue prompt', 'function late', 'queue late']);
});

test('a delivery that cannot be made is told, and the other target gets its own', async () => {
  const { bridge, delivered, lost } = open('function');
  bridge.put('default', event('1'));
  await settled();
  expect(delivered).toEqual(['queue 1']);
  expect(String(lost[0])).toMatch(/function is away/);
});
