import { expect, test } from 'vitest';
import { type AwsRequest, identify } from '../../e2e/account/call.ts';
import type { Grant } from '../../e2e/permissions/allowed.ts';
import { comparePermissions } from '../../e2e/permissions/compare.ts';
import { holdToGrants } from '../../e2e/permissions/guard.ts';
import { denialOf } from '../../e2e/permissions/refuse.ts';
import { type Surroundings, subjectOf } from '../../e2e/permissions/subject.ts';
import type { Stack } from '../../e2e/template/stack.ts';

const ACCOUNT = '111122223333';
const REGION = 'us-east-2';
const ARN = (service: string, rest: string) => `arn:aws:${service}:${REGION}:${ACCOUNT}:${rest}`;

const groups: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ours: { 'spot-responder/pool': 'a10g' },
  theirs: { team: 'web' },
};
const surroundings: Surroundings = {
  account: ACCOUNT,
  findGroup: async (of) => {
    const name = 'group' in of ? of.group : of.instance === 'i-ours' ? 'ours' : 'theirs';
    const tags = groups[name];
    return tags && { name, tags };
  },
};
const writes: Grant = {
  action: 'autoscaling:SetDesiredCapacity',
  resources: [ARN('autoscaling', 'autoScalingGroup:*:autoScalingGroupName/*')],
  conditions: [{ operator: 'StringLike', key: 'aws:ResourceTag/spot-responder/pool', values: ['*'] }],
};
const rows: Grant = {
  action: 'dynamodb:BatchGetItem',
  resources: [ARN('dynamodb', 'table/Incidents')],
  conditions: [
    { operator: 'ForAllValues:StringLike', key: 'dynamodb:LeadingKeys', values: ['node#*', 'clusters'] },
  ],
};
const queue: Grant = {
  action: 'sqs:SendMessage',
  resources: [ARN('sqs', 'Continuations')],
  conditions: [],
};
const secret: Grant = {
  action: 'secretsmanager:GetSecretValue',
  resources: [ARN('secretsmanager', 'secret:slack-??????')],
  conditions: [],
};
const cluster: Grant = {
  action: 'eks:DescribeCluster',
  resources: [ARN('eks', 'cluster/*')],
  conditions: [],
};
const terminate: Grant = { ...writes, action: 'autoscaling:TerminateInstanceInAutoScalingGroup' };
const parameter: Grant = {
  action: 'ssm:GetParameter',
  resources: [ARN('ssm', 'parameter/spot-responder/slack')],
  conditions: [],
};
const grants = [writes, terminate, rows, queue, secret, parameter, cluster];

function form(service: string, parameters: Readonly<Record<string, string>>): AwsRequest {
  return identify('POST', '/', signed(service), new URLSearchParams(parameters).toString());
}

function json(service: string, operation: string, body: object): AwsRequest {
  const headers = { ...signed(service), 'x-amz-target': `Target.${operation}` };
  return identify('POST', '/', headers, JSON.stringify(body));
}

function signed(service: string) {
  return { authorization: `AWS4-HMAC-SHA256 Credential=AKIA/20260101/${REGION}/${service}/aws4_request` };
}

const scale = (group: string) =>
  form('autoscaling', { Action: 'SetDesiredCapacity', AutoScalingGroupName: group, DesiredCapacity: '1' });
const end = (instance: string) =>
  form('autoscaling', { Action: 'TerminateInstanceInAutoScalingGroup', InstanceId: instance });
const read = (table: string, ...keys: string[]) =>
  json('dynamodb', 'BatchGetItem', {
    RequestItems: { [table]: { Keys: keys.map((pk) => ({ pk: { S: pk }, sk: { S: 'x' } })) } },
  });
const send = (name: string) =>
  json('sqs', 'SendMessage', { QueueUrl: `http://127.0.0.1/${ACCOUNT}/${name}`, MessageBody: '' });

test.each<[string, AwsRequest, boolean]>([
  ['scaling a group with our tag', scale('ours'), true],
  ['scaling a group without it', scale('theirs'), false],
  ['ending an instance of a group with our tag', end('i-ours'), true],
  ['ending an instance of another group', end('i-theirs'), false],
  ['scaling a group that nobody knows', scale('gone'), true],
  ['reading rows of its own', read('Incidents', 'node#i-1', 'clusters'), true],
  ['reading one row that is not among them', read('Incidents', 'node#i-1', 'incident#i-1'), false],
  ['reading another table', read('Payroll', 'node#i-1'), false],
  ['sending to its queue', send('Continuations'), true],
  ['sending to another', send('Orders'), false],
  ['reading its secret', json('secretsmanager', 'GetSecretValue', { SecretId: 'slack' }), true],
  ['reading another secret', json('secretsmanager', 'GetSecretValue', { SecretId: 'slack-admin' }), false],
  ['reading its parameter', json('ssm', 'GetParameter', { Name: '/spot-responder/slack' }), true],
  ['reading another parameter', json('ssm', 'GetParameter', { Name: '/spot-responder/slack/x' }), false],
  ['describing a cluster', identify('GET', '/clusters/prod', signed('eks'), ''), true],
  ['listing all clusters', identify('GET', '/clusters', signed('eks'), ''), false],
  ['an action that no statement names', json('dynamodb', 'DeleteTable', { TableName: 'Incidents' }), false],
])('%s', async (_, request, isAllowed) => {
  const interceptor = holdToGrants([{ bundle: 'fallback', name: 'Fallback', grants }], surroundings);
  const answer = await interceptor(request, 'fallback', () => Promise.reject(new Error('passed')));
  expect(answer?.status).toBe(isAllowed ? undefined : 403);
});

test('a denied call names who, what and on which resource, in the word of its service', async () => {
  const interceptor = holdToGrants([{ bundle: 'fallback', name: 'Fallback', grants }], surroundings);
  const answer = await interceptor(scale('theirs'), 'fallback', () => Promise.reject(new Error('passed')));
  expect(answer?.body).toMatch(
    /<Code>AccessDenied<\/Code>.*Fallback is not authorized to perform: autoscaling:SetDesiredCapacity on resource: arn:aws:autoscaling:\S+theirs/,
  );
});

test('a pattern of an ARN is no regular expression', async () => {
  const subject = await subjectOf(send('ContinuationsX'), surroundings);
  const dotted: Grant = { ...queue, resources: [ARN('sqs', 'Continuations.')] };
  expect(denialOf([dotted], 'sqs:SendMessage', subject)).toMatch(/not authorized/);
});

test('whoever is no function of ours is not held', async () => {
  const interceptor = holdToGrants([{ bundle: 'fallback', name: 'Fallback', grants }], surroundings);
  const pass = () => Promise.reject(new Error('passed'));
  expect(await interceptor(scale('theirs'), 'administrator', pass)).toBeUndefined();
});

const stack: Stack = { functions: [], queues: [], rules: [], mappings: [], schedules: [] };
const called = (service: string, operation: string) => ({ caller: 'notify', service, operation });
const notify = (...actions: readonly string[]) => [
  {
    bundle: 'notify',
    name: 'Notify',
    grants: actions.map((action): Grant => ({ action, resources: ['*'], conditions: [] })),
  },
];

test('over several deployments each is held to its own grants; what one of them uses is used', () => {
  const [parameter, secret] = ['ssm:GetParameter', 'secretsmanager:GetSecretValue'];
  const compared = comparePermissions([
    { functions: notify(parameter, 'sns:Publish'), calls: [called('ssm', 'GetParameter')], stack },
    { functions: notify(secret), calls: [called('ssm', 'GetParameter')], stack },
    { functions: notify(secret), calls: [called('secretsmanager', 'GetSecretValue')], stack },
  ]);
  expect(compared.missing).toMatchObject([{ action: parameter, calls: 1 }]);
  expect(compared.unused).toMatchObject([{ action: 'sns:Publish' }]);
  expect(compared.permissions).toEqual([
    { bundle: 'notify', action: 'sns:Publish', calls: 0 },
    { bundle: 'notify', action: parameter, calls: 2 },
    { bundle: 'notify', action: secret, calls: 1 },
  ]);
});
