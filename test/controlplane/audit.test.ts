import { expect, test } from 'vitest';
import { type AuditedRequest, roundTripsBeforeEviction } from '../../controlplane/audit.ts';

/** Received and answered at these milliseconds. */
function request(what: string, from: number, to: number): AuditedRequest {
  const [verb = '', resource = ''] = what.split(' ');
  return {
    user: 'responder',
    verb,
    resource,
    namespace: 'inference',
    name: 'llm',
    code: 200,
    receivedAt: new Date(from),
    completedAt: new Date(to),
    span: { from: from * 1000, to: to * 1000 },
    userAgent: '',
    dryRun: false,
  };
}

const patch = request('patch nodes', 0, 10);
const eviction = request('create pods/eviction', 31, 40);

test.each([
  ['nothing evicted', [patch], undefined],
  ['an eviction at once', [eviction], 0],
  ['requests beside each other are one', [patch, request('list pods', 2, 12), eviction], 1],
  ['one after the other are as many', [patch, request('list pods', 11, 20), eviction], 2],
  ['what is not answered yet was not waited for', [patch, request('watch pods', 5, 90), eviction], 1],
  ['later requests do not count', [patch, eviction, request('list pods', 50, 60)], 1],
  ['in whatever order they are logged', [eviction, request('list pods', 11, 20), patch], 2],
  ['only the first eviction counts', [request('create pods/eviction', 60, 70), patch, eviction], 1],
  [
    'the longest chain counts',
    [
      patch,
      request('list pods', 11, 14),
      request('list pods', 15, 20),
      request('get nodes', 2, 29),
      eviction,
    ],
    3,
  ],
] as const)('round trips before the first eviction: %s', (_case, requests, trips) => {
  expect(roundTripsBeforeEviction(requests)).toBe(trips);
});
