import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SaveRequest } from '../../functions/checkpoint/ask.ts';
import { noMarkers } from '../../functions/checkpoint/markers.ts';
import { openSaves } from '../../functions/checkpoint/saves.ts';
import { parseRequest } from '../../functions/checkpoint/wire.ts';
import { connectTo } from '../../functions/cluster/connection.ts';
import { startSimulatedCluster } from '../../simulator/cluster/cluster.ts';
import { patientClock } from '../support/patient-clock.ts';

const REQUEST = 'spot-responder/checkpoint-request';

/**
 * Any number of nodes of one gang are interrupted within seconds, each by a run of its own: whatever the order in which
 * their requests reach the server, every pod ends with the same id, and nobody is told to save twice.
 */
test('however the runs of a gang’s nodes race, the gang is asked once', async () => {
  const runs = fc.array(fc.record({ node: fc.nat(5), delayMs: fc.nat(400), ageMs: fc.nat(8_000) }), {
    minLength: 2,
    maxLength: 5,
  });
  await fc.assert(
    fc.asyncProperty(runs, fc.integer({ min: 2, max: 6 }), async (chosen, size) => {
      const { ids, told, deadlines } = await race(chosen, size);
      expect(new Set(ids).size).toBe(1);
      expect(told.size).toBe(1);
      expect(new Set(deadlines).size).toBe(1);
    }),
    { numRuns: 12, verbose: 1 },
  );
}, 120_000);

interface Run {
  readonly node: number;
  readonly delayMs: number;
  readonly ageMs: number;
}

async function race(runs: readonly Run[], size: number) {
  const clock = patientClock(20);
  const simulated = await startSimulatedCluster({ clock });
  const stop = new AbortController();
  try {
    const nodes = Array.from({ length: size }, (_, at) => `node-${at}`);
    for (const [at, name] of nodes.entries())
      simulated.addNode({ name, instanceId: `i-0000000000000000${at}`, zone: 'us-east-2a' });
    const gang = simulated.addTrainingJob({
      namespace: 'ml',
      name: 'llm',
      nodes,
      savesInSeconds: 15,
      labels: { 'spot-responder/checkpoint': 'enabled' },
    });
    const told = new Set<string>();
    const releases = runs.map(async ({ ageMs, delayMs, node }, at) => {
      await clock.sleep(delayMs);
      const nodeName = nodes[node % size] ?? '';
      const cluster = connectTo({ name: 'demo', server: simulated.url }, { clock, random: Math.random });
      const noticedAt = new Date(clock.now().getTime() - ageMs);
      const request: SaveRequest = {
        incidentId: `i-${node}/spot-interruption/${at}`,
        kind: 'spot-interruption',
        severity: 'hard',
        noticedAt,
        deadline: new Date(noticedAt.getTime() + 120_000),
        giveUpAt: new Date(noticedAt.getTime() + 120_000),
        nodeName,
        quietMs: 600_000,
        dryRun: false,
        signal: stop.signal,
      };
      const hold = openSaves(
        { cluster, clock, random: Math.random, markers: noMarkers },
        request,
        () => undefined,
      );
      const { pods } = await cluster.listPodsOnNode(nodeName);
      return (await Promise.all(pods.map(hold))).map(({ checkpoint }) => checkpoint);
    });
    for (const checkpoint of (await Promise.all(releases)).flat())
      told.add('id' in checkpoint ? checkpoint.id : checkpoint.result);
    const found = gang.map(({ metadata }) => {
      const pod = simulated.pods().find((each) => each.metadata.uid === metadata.uid);
      return parseRequest(pod?.metadata.annotations[REQUEST]);
    });
    return {
      told,
      ids: found.map((each) => each?.id),
      deadlines: found.map((each) => each?.deadline.getTime()),
    };
  } finally {
    stop.abort();
    await simulated.close();
  }
}
