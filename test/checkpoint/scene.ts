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
    request: ({ metadata }: PodObject) => parseRequest(now(metadata.uid)?.metadata.annotations[REQUEST]),
    evictions: () => cluster.evictions.filter(({ namespace }) => namespace === 'training'),
    patches: () =>
      cluster.requests.filter(({ verb, resource }) => `${verb} ${resource}` === 'patch pods/status'),
  };

  function now(uid: string) {
    return cluster.pods().find(({ metadata }) => metadata.uid === uid);
  }
}

const REQUEST = 'spot-responder/checkpoint-request';

/** Seconds from the notice to each moment of a kind. */
export function secondsOf({ interruption, moments }: InterruptionReport, type: string): number[] {
  return moments
    .filter((each) => each.type === type)
    .map(({ at }) => secondsBetween(interruption.noticedAt, at));
}
