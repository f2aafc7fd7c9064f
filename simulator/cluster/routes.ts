import type { ApiRequest } from './api-request.ts';
import { renderBudget } from './budgets.ts';
import { createEvent } from './events.ts';
import { answerEviction } from './eviction.ts';
import { answerList, type ListedResource } from './list.ts';
import { nodeResource, patchNode } from './nodes.ts';
import type { BudgetObject, StoredObject } from './objects.ts';
import { deletePod, patchPodStatus, podResource } from './pods.ts';
import { type Answer, methodNotAllowed, noSuchPath, notFound, ok } from './status.ts';
import { answerWatch, type Stream } from './watch.ts';
import type { World } from './world.ts';

export type Route = (request: ApiRequest) => Answer | Stream;

/** The API's routes by `apiVersion resource`, then verb. */
export function createRoutes(world: World): Route {
  const routes: Readonly<Record<string, Readonly<Record<string, Route>>>> = {
    'v1 nodes': { ...reads(world, nodeResource(world)), patch: (request) => patchNode(world, request) },
    'v1 pods': { ...reads(world, podResource(world)), delete: (request) => deletePod(world, request) },
    'v1 pods/status': { patch: (request) => patchPodStatus(world, request) },
    'v1 pods/eviction': { create: (request) => answerEviction(world, request) },
    'v1 events': { create: (request) => createEvent(world, request) },
    'policy/v1 poddisruptionbudgets': reads(world, budgetResource(world)),
    ' /version': { get: () => ok(VERSION) },
  };
  return (request) => {
    const verbs = routes[`${request.api} ${request.resource}`];
    if (verbs === undefined) return noSuchPath();
    return verbs[request.verb]?.(request) ?? methodNotAllowed();
  };
}

function reads<T extends StoredObject>(world: World, resource: ListedResource<T>) {
  return {
    get: ({ namespace, name = '', resource: plural }: ApiRequest): Answer => {
      const found = resource.collection.get(namespace === undefined ? name : `${namespace}/${name}`);
      if (found === undefined) return notFound(plural, name);
      return ok(resource.render?.(found) ?? found);
    },
    list: (request: ApiRequest) => answerList(world, resource, request),
    watch: (request: ApiRequest) => answerWatch(world, resource, request),
  };
}

function budgetResource(world: World): ListedResource<BudgetObject> {
  return {
    apiVersion: 'policy/v1',
    listKind: 'PodDisruptionBudgetList',
    collection: world.budgets,
    fields: { 'metadata.name': ({ metadata }) => metadata.name },
    render: (budget) => renderBudget(world, budget),
  };
}

const VERSION = {
  major: '1',
  minor: '34',
  gitVersion: 'v1.34.1-eks-simulated',
  platform: 'linux/amd64',
};
