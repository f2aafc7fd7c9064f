import type { V1Container, V1Pod } from '@kubernetes/client-node';
import type { PodAddress } from './address.ts';
import { type Command, type Container, startContainer } from './container.ts';
import { environmentOf, expand, UnsupportedError } from './fields.ts';
import type { KubeletOptions } from './options.ts';
import type { MountedVolumes } from './volumes.ts';

/** The one that a pod has. Throws `UnsupportedError`, as all here do. */
export function onlyContainer({ spec }: V1Pod): V1Container {
  const [container, ...others] = spec?.containers ?? [];
  if (!container || others.length > 0 || spec?.initContainers?.length)
    throw new UnsupportedError('only pods of one container run here');
  if (spec?.restartPolicy === 'OnFailure')
    throw new UnsupportedError('no container is started again here; OnFailure asks for it');
  return container;
}

/** Its program, in the environment that its image, its pod and this kubelet give it. */
export function commandOf(
  { address, admin, images }: KubeletOptions & { readonly address: PodAddress },
  pod: V1Pod,
  container: V1Container,
  { root }: MountedVolumes,
) {
  const image = images[container.image ?? ''];
  if (!image) throw new UnsupportedError(`nothing stands for the image ${container.image}`);
  const server = new URL(admin.getCurrentCluster()?.server ?? '');
  const env = environmentOf(pod, container, {
    ...image,
    HOSTNAME: pod.metadata?.name ?? '',
    POD_ADDRESS: address.local,
    KUBERNETES_SERVICE_HOST: server.hostname,
    KUBERNETES_SERVICE_PORT: server.port,
    CONTAINER_SANDBOX_MOUNT_POINT: root,
  });
  const argv = [...(container.command ?? []), ...(container.args ?? [])].map((part) => expand(part, env));
  return { argv, env };
}

/** The preStop hook: in a container's own environment, beside it. */
export function hookOf({ lifecycle }: V1Container, command: Command): (() => Container) | undefined {
  const { preStop } = lifecycle ?? {};
  if (!preStop) return undefined;
  const argv = preStop.exec?.command;
  if (!argv) throw new UnsupportedError('only preStop hooks with exec run here');
  return () => startContainer({ ...command, argv });
}
