import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { describeRequests } from '../../cli/replay/requests.ts';
import { stormOf } from '../../cli/replay/scenarios.ts';
import { printStorm } from '../../cli/replay/storm-progress.ts';
import { podTable, stormTable } from '../../cli/replay/table.ts';
import { hang, widthOf, wrap } from '../../cli/replay/wrap.ts';
import type { PodOutcome, PodReport } from '../../functions/drain/outcome.ts';
import type { InterruptionReport, Moment } from '../../functions/respond/report.ts';
import { anInterruption } from '../support/interruptions.ts';

const noticedAt = new Date('2026-11-25T10:00:00Z');
const later = (seconds: number) => new Date(noticedAt.getTime() + seconds * 1000);
const evicted: PodOutcome = { result: 'evicted', acceptedAt: later(1), goneAt: later(12.34) };

function pod(name: string, outcome: PodOutcome = evicted, reason = 'evictable'): PodReport {
  return { namespace: 'inference', name, uid: name, decision: 'evict', reason, outcome };
}

function reportOf(pods: readonly PodReport[], outcome: InterruptionReport['outcome']): InterruptionReport {
  return {
    interruption: anInterruption({ noticedAt }),
    nodeName: 'ip-10-0-0-11.us-east-2.compute.internal',
    outcome,
    moments: [],
    requests: {},
    finishedAt: later(20),
    drain: { end: 'emptied', pods },
  };
}

test.each([
  ['a text that fits', ['a text that fits']],
  ['one two three four five', ['one two three four', 'five']],
  ['a-word-that-is-longer-than-the-line and more', ['a-word-that-is-longer-than-the-line', 'and more']],
  ['', ['']],
])('%j is broken at blanks only', (text, lines) => {
  expect(wrap(text, 18)).toEqual(lines);
});

test('lines hang under where the first begins', () => {
  expect(hang('one two three', 4, 12)).toBe('one two\n    three');
  expect(hang('one a-long-word', 4, 13)).toBe('one\n  a-long-word');
});

test.each([
  [{}, 80],
  [{ columns: 0 }, 80],
  [{ columns: 132 }, 132],
])('an output %o has a width of %i', (out, width) => {
  expect(widthOf(out)).toBe(width);
});

test.each(['gateway-89fc4ff95-nlshj', 'nvidia-device-plugin-with-a-long-name-z8kf5'])(
  'the table of pod %s keeps to 80 columns',
  (name) => {
    const reason = 'evictable; its emptyDir data is lost with the pod, and so is all that nobody wrote down';
    const table = podTable(reportOf([pod('a'), pod(name, evicted, reason)], { type: 'emptied' }), 80);
    expect(Math.max(...table.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(80);
    expect(table.replace(/\s+/g, ' ')).toContain(reason.slice(0, 9));
    expect(table).toContain('T+12.3s');
  },
);

test('a storm of few has one row a node, one of many one row an outcome and those that did not go well', () => {
  const good = reportOf([pod('a'), pod('b')], { type: 'emptied' });
  const bad = reportOf([pod('c')], { type: 'blocked', reason: 'inference/llm' });
  expect(stormTable([good, bad]).split('\n')).toEqual([
    'INSTANCE             NODE          SIGNAL             OUTCOME  EVICTED',
    'i-0aaaaaaaaaaaaaaa1  ip-10-0-0-11  spot-interruption  emptied  2',
    'i-0aaaaaaaaaaaaaaa1  ip-10-0-0-11  spot-interruption  blocked  1',
  ]);
  const many = [...Array<InterruptionReport>(11).fill(good), bad];
  expect(stormTable(many).split('\n')).toEqual([
    'OUTCOME  NODES  EVICTED',
    'emptied  11     22',
    'blocked  1      1',
    '',
    'INSTANCE             NODE          SIGNAL             OUTCOME  EVICTED',
    'i-0aaaaaaaaaaaaaaa1  ip-10-0-0-11  spot-interruption  blocked  1',
  ]);
  expect(stormTable(Array<InterruptionReport>(12).fill(bad))).toMatch(/\nand 2 more$/);
});

test('the columns of a storm stay where they are while its numbers grow', () => {
  const out = new PassThrough();
  const observe = printStorm(out as unknown as NodeJS.WriteStream, noticedAt, 200);
  const pods = Array.from({ length: 900 }, () => ({ action: 'evict' }));
  const tell = (moment: unknown) => observe('i-0aaaaaaaaaaaaaaa1', moment as Moment);
  tell({ type: 'accepted', at: later(0), text: '' });
  tell({ type: 'planned', at: later(1), plan: { decisions: pods } });
  for (let at = 0; at < 150; at++) tell({ type: 'cordoned', at: later(2), text: '' });
  for (let at = 0; at < 200; at++) tell({ type: 'closed', at: later(130), text: '' });
  const lines = String(out.read()).trimEnd().split('\n');
  expect(lines.at(-1)).toContain('cordoned 150/200');
  expect(new Set(lines.map(({ length }) => length)).size).toBe(1);
  expect(lines[0]?.length).toBeLessThanOrEqual(80);
});

test('Kubernetes Events are no requests of a drain', () => {
  const counts = { 'create events': 9, 'patch events': 1, 'create pods/eviction': 7, 'patch nodes': 1 };
  expect(describeRequests(counts, 80).split('\n')).toEqual([
    'API server requests: 8, and 10 for Kubernetes Events',
    '  7 create pods/eviction, 1 patch nodes',
  ]);
  expect(describeRequests({ 'list pods': 2 }, 80)).toBe('API server requests: 2\n  2 list pods');
  expect(describeRequests({}, 80)).toBe('API server requests: none');
});

test.each([
  [6, 3],
  [3, 3],
  [1, 1],
])('a storm fleet of %i nodes, %i interrupted, has a training job too', (nodes, interrupted) => {
  const { fleet, deliveries } = stormOf(nodes, interrupted);
  const plan = fleet(deliveries.map(({ instanceId }) => instanceId));
  const job = plan.workloads.find(({ kind }) => kind === 'Job');
  expect(plan.nodes).toHaveLength(nodes);
  expect(job?.saves).toBeDefined();
  expect(job?.on.some((at) => at < interrupted)).toBe(true);
  expect(Math.max(...(job?.on ?? []))).toBeLessThan(nodes);
});
