import { addGpuNode } from '../../cli/replay/world.ts';
import { parseRequest } from '../../functions/checkpoint/wire.ts';
import { secondsBetween } from '../../functions/clock.ts';
import type { InterruptionReport } from '../../functions/respond/report.ts';
import type { PodObject } from '../../simulator/cluster/objects.ts';
import type { TrainingOptions } from '../../simulator/cluster/training.ts';
import { openScene as openRespondScene } from '../respond/scene.ts';
import { instanceId } from '../support/interruptions.ts';

/** The instance of the second node; `doomed` of the story's scene is the first node's. */
export const doomedToo = instanceId('i-0aaaaaaaaaaaaaaa2');

/** The story's scene with three GPU nodes to train on. */
export async function openScene(speed = 40) {
  const scene = await openRespondScene(speed);
  const second = addGpuNode(scene.world, doomedToo, 11);
  const third = addGpuNode(scene.world, undefined, 12);
  const { cluster } = scene.world;
  const nodes = [scene.node, second, third] as const;
  return {
    ...scene,
    cluster,
    doomedToo,
    nodes,
    /** A gang of one rank a node; its rank 0 is on the first of `nodes`. */
    train: (options: Partial<TrainingOptions> = {}) =>
      cluster.addTrainingJob({
        namespace: 'training',
        name: 'llm',
        nodes,
        gpus: 4,
        graceSeconds: 30,
        stopsAfterSeconds: 3,
        savesInSeconds: 10,
        tolerations: [{ key: 'nvidia.com/gpu', operator: 'Exists' }],
        ...options,
        labels: { 'spot-responder/checkpoint': 'enabled', ...options.labels },
      }),
    /** The request on a pod now. */
    request: ({ metadata }: PodObject) => parseRequest(now(metadata.uid)?.metadata.annotations[REQUEST]),
    /** Of training pods. */
    evictions: () => cluster.evictions.filter(({ namespace }) => namespace === 'training'),
    /** Resolves when a pod carries a request. */
    untilAsked: async (pod: PodObject) => {
      while (!now(pod.metadata.uid)?.metadata.annotations[REQUEST]) await scene.clock.sleep(200);
    },
    patches: () =>
      cluster.requests.filter(({ verb, resource }) => `${verb} ${resource}` === 'patch pods/status'),
  };

  function now(uid: string) {
    return cluster.pods().find(({ metadata }) => metadata.uid === uid);
  }
}

const REQUEST = 'spot-responder/checkpoint-request';

/** What became of asking, one word a training pod. */
export function resultsOf({ training = [] }: InterruptionReport): string[] {
  return training.map(({ checkpoint }) => checkpoint.result);
}

/** Ids of the requests that the reports tell of, without repetition. */
export function idsOf(reports: readonly InterruptionReport[]): string[] {
  const all = reports.flatMap(({ training = [] }) =>
    training.flatMap(({ checkpoint }) => ('id' in checkpoint ? [checkpoint.id] : [])),
  );
  return [...new Set(all)];
}

/** Seconds from the notice to each moment of a kind. */
export function secondsOf({ interruption, moments }: InterruptionReport, type: string): number[] {
  return moments
    .filter((each) => each.type === type)
    .map(({ at }) => secondsBetween(interruption.noticedAt, at));
}
