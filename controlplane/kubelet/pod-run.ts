import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ApiException,
  type CoreV1Api,
  PatchStrategy,
  setHeaderOptions,
  type V1Container,
  type V1Pod,
  type V1PodStatus,
} from '@kubernetes/client-node';
import { type Container, startContainer } from './container.ts';
import { environmentOf, expand, UnsupportedError } from './fields.ts';
import type { KubeletOptions } from './options.ts';
import { endedStatus, refusedStatus, runningStatus } from './pod-status.ts';
import { type MountedVolumes, mountVolumes } from './volumes.ts';

/** One pod's life on its node. */
export interface PodRun {
  /** The pod as the API server now has it. */
  changed(pod: V1Pod): void;
  kill(): void;
  log(): Promise<string>;
  /** Resolves when nothing of it runs any more. */
  readonly ended: Promise<void>;
}

export interface PodRunOptions extends KubeletOptions {
  readonly core: CoreV1Api;
  readonly refreshMs: number;
}

/** The containers of one pod, from its binding to its removal. */
export function startPod(options: PodRunOptions, first: V1Pod): PodRun {
  const folder = join(options.folder, first.metadata?.uid ?? '');
  const life: Life = { options, folder, pod: first, isKilled: false };
  const ended = live(life).catch((error: unknown) => {
    if (!life.isKilled) console.error(`kubelet: ${first.metadata?.name}: ${String(error)}`);
  });
  return {
    changed: (pod) => onChange(life, pod),
    kill: () => {
      life.isKilled = true;
      life.container?.kill();
      life.onDeletion?.();
    },
    log: () => readFile(join(folder, 'log'), 'utf8').catch(() => ''),
    ended,
  };
}

interface Life {
  readonly options: PodRunOptions;
  readonly folder: string;
  pod: V1Pod;
  isKilled: boolean;
  volumes?: MountedVolumes;
  container?: Container;
  isRefreshing?: boolean;
  /** When SIGKILL is due. */
  killTimer?: NodeJS.Timeout;
  killAt?: number;
  /** Resolves the wait of an ended pod for its deletion. */
  onDeletion?: () => void;
}

async function live(life: Life): Promise<void> {
  try {
    if (life.pod.metadata?.deletionTimestamp) await report(life, { phase: 'Failed' });
    else await run(life);
  } catch (error) {
    if (!(error instanceof UnsupportedError)) throw error;
    await report(life, refusedStatus(error.message));
  }
  if (!life.isKilled) await removeWhenDeleted(life);
}

async function run(life: Life): Promise<void> {
  const { options, pod } = life;
  const container = onlyContainer(pod);
  await mkdir(life.folder, { recursive: true });
  life.volumes = await mountVolumes(options, pod, container, life.folder);
  const log = await open(join(life.folder, 'log'), 'a');
  try {
    life.container = startContainer({
      ...commandOf(options, pod, container, life.volumes),
      log: log.fd,
      cwd: life.folder,
    });
    if (life.isKilled) life.container.kill();
    await report(life, runningStatus(pod, life.container.startedAt));
    onChange(life, life.pod); // what came while it started
    const exit = await life.container.ended;
    clearTimeout(life.killTimer);
    if (!life.isKilled) await report(life, endedStatus(pod, exit));
  } finally {
    await log.close();
  }
}

function onlyContainer({ spec }: V1Pod): V1Container {
  const [container, ...others] = spec?.containers ?? [];
  if (!container || others.length > 0 || spec?.initContainers?.length)
    throw new UnsupportedError('only pods of one container run here');
  if (spec?.restartPolicy !== 'Never')
    throw new UnsupportedError('only pods with restartPolicy Never run here');
  return container;
}

function commandOf(
  { admin, images }: PodRunOptions,
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
    KUBERNETES_SERVICE_HOST: server.hostname,
    KUBERNETES_SERVICE_PORT: server.port,
    CONTAINER_SANDBOX_MOUNT_POINT: root,
  });
  const argv = [...(container.command ?? []), ...(container.args ?? [])].map((part) => expand(part, env));
  return { argv, env };
}

function onChange(life: Life, pod: V1Pod): void {
  life.pod = pod;
  if (pod.metadata?.deletionTimestamp) {
    life.onDeletion?.();
    stop(life, (pod.metadata.deletionGracePeriodSeconds ?? 0) * 1000);
  } else void refreshSoon(life);
}

/** A later deletion with a shorter grace counts; a longer one does not. */
function stop(life: Life, graceMs: number): void {
  const { container, killAt = Number.POSITIVE_INFINITY } = life;
  if (!container) return;
  if (!life.killTimer) container.terminate();
  const at = Date.now() + graceMs;
  if (at >= killAt) return;
  clearTimeout(life.killTimer);
  life.killAt = at;
  life.killTimer = setTimeout(() => container.kill(), graceMs);
}

/** One refresh shows all changes that came until then; what comes during it has one of its own. */
async function refreshSoon(life: Life): Promise<void> {
  if (!life.volumes || life.isRefreshing) return;
  life.isRefreshing = true;
  let shown: V1Pod | undefined;
  while (shown !== life.pod && !life.pod.metadata?.deletionTimestamp) {
    await sleep(life.options.refreshMs);
    shown = life.pod;
    if (!shown.metadata?.deletionTimestamp) await life.volumes.refresh(shown);
  }
  life.isRefreshing = false;
}

/** A finished pod stays until somebody deletes it. */
async function removeWhenDeleted(life: Life): Promise<void> {
  if (!life.pod.metadata?.deletionTimestamp) {
    await new Promise<void>((resolve) => {
      life.onDeletion = resolve;
    });
  }
  if (life.isKilled) return;
  const { name = '', namespace = '', uid = '' } = life.pod.metadata ?? {};
  await ignoreGone(
    life.options.core.deleteNamespacedPod({
      name,
      namespace,
      body: { gracePeriodSeconds: 0, preconditions: { uid } },
    }),
  );
}

async function report({ options, pod }: Life, status: V1PodStatus): Promise<void> {
  const { name = '', namespace = '', uid } = pod.metadata ?? {};
  await ignoreGone(
    options.core.patchNamespacedPodStatus(
      { name, namespace, body: { metadata: { uid }, status } },
      setHeaderOptions('Content-Type', PatchStrategy.StrategicMergePatch),
    ),
  );
}

/** Another may have removed the pod meanwhile, or made a new one of its name. */
async function ignoreGone(request: Promise<unknown>): Promise<void> {
  try {
    await request;
  } catch (error) {
    if (!(error instanceof ApiException && (error.code === 404 || error.code === 409))) throw error;
  }
}
