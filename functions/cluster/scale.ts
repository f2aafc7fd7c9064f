import { type Api, persist, READ_TIMEOUT_MS, unwrap, via } from './api.ts';
import type { Operation } from './faults.ts';
import type { DeploymentRef } from './objects.ts';
import type { WriteOptions } from './port.ts';

/** The scale is a resource of its own: whoever may change it may change nothing else of the Deployment. */
export async function getScale(
  api: Api,
  deployment: DeploymentRef,
  signal?: AbortSignal,
): Promise<number | undefined> {
  const operation = onScale('get', deployment);
  const options = via(api, { timeoutMs: READ_TIMEOUT_MS, signal });
  const call = () => api.apps.readNamespacedDeploymentScale({ ...deployment }, options);
  const answer = await persist(api, operation, call, signal);
  if (!answer.ok && answer.status.code === 404) return undefined;
  // Zero is left out.
  return unwrap(api, operation, answer).spec?.replicas ?? 0;
}

export async function setScale(
  api: Api,
  deployment: DeploymentRef,
  replicas: number,
  { dryRun, signal }: WriteOptions,
): Promise<'set' | 'not-found'> {
  const operation = onScale('patch', deployment);
  const body = [{ op: 'add', path: '/spec/replicas', value: replicas }];
  const request = { ...deployment, body, ...(dryRun && { dryRun: 'All' }) };
  const options = via(api, {
    timeoutMs: READ_TIMEOUT_MS,
    signal,
    contentType: 'application/json-patch+json',
  });
  const call = () => api.apps.patchNamespacedDeploymentScale(request, options);
  const answer = await persist(api, operation, call, signal);
  if (!answer.ok && answer.status.code === 404) return 'not-found';
  unwrap(api, operation, answer);
  return 'set';
}

function onScale(verb: 'get' | 'patch', { name, namespace }: DeploymentRef): Operation {
  return {
    verb,
    resource: 'deployments/scale',
    apiGroup: 'apps',
    object: `Deployment ${namespace}/${name}`,
  };
}
