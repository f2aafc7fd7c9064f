import { readFileSync } from 'node:fs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { addressOf, depsForWorld } from '../../cli/replay/embedded-deps.ts';
import { indexWorld } from '../../cli/replay/embedded-index.ts';
import { addDaemonSets, addGpuNode, type EmbeddedWorld, startWorld } from '../../cli/replay/world.ts';
import type { Clock } from '../../functions/clock.ts';
import { dynamoIncidents } from '../../functions/incidents/dynamo.ts';
import type { Incidents } from '../../functions/incidents/incident.ts';
import type { IndexPassReport } from '../../functions/node-index/index-pass.ts';
import type { RespondDeps, RespondOptions } from '../../functions/respond/deps.ts';
import type { InterruptionReport } from '../../functions/respond/report.ts';
import { respond } from '../../functions/respond/respond.ts';
import type { InstanceId } from '../../functions/signals/interruption.ts';
import { aimEvent, retimeEvent } from '../../functions/signals/retime.ts';
import { instanceId } from '../support/interruptions.ts';
import { patientClock } from '../support/patient-clock.ts';

export const doomed = instanceId('i-0aaaaaaaaaaaaaaa1');

/** An embedded world with one doomed GPU node, a spare, and three pods to move. */
export interface Scene {
  readonly world: EmbeddedWorld;
  readonly clock: Clock;
  readonly node: string;
  readonly deps: RespondDeps;
  /** Sends a sample as if it had just happened, `ageSeconds` ago. */
  readonly send: (
    sample?: string,
    part?: Partial<RespondDeps>,
    ageSeconds?: number,
    instance?: InstanceId,
    options?: Partial<RespondOptions>,
  ) => Promise<readonly InterruptionReport[]>;
  /** One pass of the node index over the world as it is. */
  readonly index: () => Promise<IndexPassReport>;
  /** What was changed in the cluster. */
  readonly writes: () => readonly string[];
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

export async function openScene(speed = 40, clock: Clock = patientClock(speed)): Promise<Scene> {
  const world = await startWorld(clock);
  const node = addGpuNode(world, doomed, 1);
  const spare = addGpuNode(world, undefined, 2);
  addDaemonSets(world, [node, spare], 2);
  world.cluster.addWorkload({
    kind: 'Deployment',
    namespace: 'inference',
    name: 'llm',
    nodes: [node, node, node],
    graceSeconds: 30,
    stopsAfterSeconds: 5,
    labels: { app: 'llm' },
    tolerations: [{ key: 'nvidia.com/gpu', operator: 'Exists' }],
  });
  const address = addressOf(world);
  const deps = depsForWorld(address, clock, 'test');
  return {
    world,
    clock,
    node,
    deps,
    send: async (
      sample = 'spot-interruption-terminate',
      part = {},
      ageSeconds = 0,
      instance = doomed,
      options = {},
    ) => {
      const event = aimEvent(readSample(sample), instance);
      const timed = retimeEvent(event, new Date(clock.now().getTime() - ageSeconds * 1000));
      const answer = await respond(
        timed,
        { ...deps, ...part },
        {
          dryRun: false,
          lastTry: true,
          signal: new AbortController().signal,
          observe: () => undefined,
          ...options,
        },
      );
      return answer.type === 'responded' ? answer.reports : [];
    },
    index: () => indexWorld(address, clock),
    writes: () =>
      world.cluster.requests
        .filter(({ verb }) => !['get', 'list', 'watch'].includes(verb))
        .map(({ verb, resource }) => `${verb} ${resource}`),
    [Symbol.asyncDispose]: () => world.close(),
  };
}

function readSample(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../../events/${name}.json`, import.meta.url), 'utf8'));
}

/** Incidents in a table that is not there. */
export function withoutTable({ clock, world }: Scene): Incidents {
  const client = new DynamoDBClient({
    endpoint: world.tableEndpoint,
    region: 'us-east-2',
    credentials: { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'very-secret' },
  });
  return dynamoIncidents({ client, table: 'nowhere', clock, owner: 'test' });
}
