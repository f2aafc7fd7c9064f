import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { MalformedSignalError } from '../../functions/errors.ts';
import { handleDelivery } from '../../functions/respond/delivery.ts';
import type { RespondDeps } from '../../functions/respond/deps.ts';
import { retimeEvent } from '../../functions/signals/retime.ts';
import { anInterruption } from '../support/interruptions.ts';
import { doomed, openScene, type Scene } from './scene.ts';

function freshEvent(scene: Scene): unknown {
  const sample: unknown = JSON.parse(
    readFileSync(new URL('../../events/spot-interruption-terminate.json', import.meta.url), 'utf8'),
  );
  return retimeEvent(sample, scene.clock.now());
}

function batch(...bodies: string[]) {
  return { Records: bodies.map((body, at) => ({ messageId: `m-${at}`, body, eventSource: 'aws:sqs' })) };
}

test('a direct event is answered with its reports', async () => {
  await using scene = await openScene();
  const { reports, answer, failure } = await handleDelivery(freshEvent(scene), scene.deps);
  expect(reports.map(({ outcome }) => outcome.type)).toEqual(['emptied']);
  expect(answer).toBeUndefined();
  expect(failure).toBeUndefined();
});

test('a poison record fails alone, the others of its batch are handled', async () => {
  await using scene = await openScene();
  const { reports, answer } = await handleDelivery(
    batch('not json', JSON.stringify(freshEvent(scene)), '{"source":"aws.ec2"}'),
    scene.deps,
  );
  expect(reports.map(({ outcome }) => outcome.type)).toEqual(['emptied']);
  expect(answer?.batchItemFailures).toEqual([{ itemIdentifier: 'm-0' }, { itemIdentifier: 'm-2' }]);
});

test('a malformed direct event is thrown, naming the field', async () => {
  await using scene = await openScene();
  const event = { ...Object(freshEvent(scene)), detail: {} };
  await expect(handleDelivery(event, scene.deps)).rejects.toThrow(MalformedSignalError);
});

test('an operator fault of a direct event comes back as its failure', async () => {
  await using scene = await openScene();
  scene.world.cluster.inject({ match: () => true, fault: { type: 'forbidden' } });
  const { failure, reports } = await handleDelivery(freshEvent(scene), scene.deps);
  expect(failure?.message).toContain(doomed);
  expect(reports.map(({ outcome }) => outcome.type)).toEqual(['failed']);
});

test('a record follows a silent run until its lease is dead, and takes over', async () => {
  await using scene = await openScene();
  const event = freshEvent(scene);
  const noticedAt = scene.clock.now();
  const dead = await scene.deps.incidents.claim(
    anInterruption({ noticedAt, deadline: new Date(noticedAt.getTime() + 120_000) }),
  );
  expect(dead.type).toBe('claimed');
  const { reports } = await handleDelivery(batch(JSON.stringify(event)), scene.deps);
  expect(reports.map(({ outcome }) => outcome.type)).toEqual(['emptied']);
  expect(reports[0]?.moments.map(({ type }) => type)).toContain('takeover');
});

describe('an event of another region', () => {
  const homeOf = (scene: Scene, served: string): RespondDeps => {
    const unasked = () => Promise.reject(new Error('the home region is not asked'));
    const locator = { locate: unasked, instancesOfReservation: unasked };
    const elsewhere = new Map([[served, scene.deps]]);
    return { ...scene.deps, region: 'eu-west-1', locator, connect: unasked, elsewhere };
  };

  test('is answered with what belongs to that region: its locator, its clusters, its leader', async () => {
    await using scene = await openScene();
    const home = homeOf(scene, scene.deps.region);
    const { reports } = await handleDelivery(batch(JSON.stringify(freshEvent(scene))), home);
    expect(reports.map(({ outcome }) => outcome.type)).toEqual(['emptied']);
  });

  test('is left alone when that region is not served', async () => {
    await using scene = await openScene();
    const { reports, failure } = await handleDelivery(freshEvent(scene), homeOf(scene, 'ap-south-1'));
    expect(reports).toEqual([]);
    expect(failure).toBeUndefined();
    expect(scene.world.cluster.evictions).toHaveLength(0);
  });
});
