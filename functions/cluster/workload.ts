import type { Pod } from './objects.ts';

/**
 * What a person would call the pod's controller: `Deployment/llm` rather than its ReplicaSet, whose name ends in the
 * pod template's hash. `undefined` for a pod that nothing controls.
 */
export function workloadOf({ labels, owner }: Pick<Pod, 'labels' | 'owner'>): string | undefined {
  if (!owner?.controller) return undefined;
  const hash = labels['pod-template-hash'];
  const isOfDeployment = owner.kind === 'ReplicaSet' && hash !== undefined && owner.name.endsWith(`-${hash}`);
  return isOfDeployment
    ? `Deployment/${owner.name.slice(0, -hash.length - 1)}`
    : `${owner.kind}/${owner.name}`;
}
