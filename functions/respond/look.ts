import { insist } from '../cluster/insist.ts';
import type { PodList } from '../cluster/objects.ts';
import { type BudgetBook, openBudgetBook } from '../drain/budget-book.ts';
import type { Place } from '../leader/leader.ts';
import { insistently } from './connect.ts';
import type { Scene } from './scene.ts';

/** What a drain must know of a node and its cluster. */
export interface Look {
  readonly nodeName: string;
  readonly list: PodList;
  readonly budgets: BudgetBook;
}

/** As `listPods`; budgets that cannot be read are not waited for. */
export async function look(scene: Scene, nodeName: string): Promise<Look> {
  const { cluster, deps, signal } = scene;
  const { shelf } = deps.traffic(cluster.name);
  const [list, budgets] = await Promise.all([
    listPods(scene, nodeName),
    openBudgetBook({ ...deps, cluster, shelf }, insistently(scene, signal)),
  ]);
  return { nodeName, list, budgets };
}

/** Asks until there is an answer or time is up. */
export function listPods(scene: Scene, nodeName: string): Promise<PodList> {
  const { cluster, deps } = scene;
  const { lists } = deps.traffic(cluster.name);
  return insist(deps, insistently(scene, scene.signal), (signal) =>
    lists.pass(() => cluster.listPodsOnNode(nodeName, signal), signal),
  );
}

/** While the node is being cordoned; for nothing where its name is not known, or another run will drain it. */
export async function lookAhead(scene: Scene, place: Place): Promise<Look | undefined> {
  const { instance, response } = scene;
  if (!response.drain || !instance.nodeNameHint || place.type === 'elsewhere') return undefined;
  return look(scene, instance.nodeNameHint);
}
