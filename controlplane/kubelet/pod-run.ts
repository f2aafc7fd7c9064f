import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ApiException,
  type CoreV1Api,
  PatchStrategy,
  setHeaderOptions,
  type V1Pod,
  type V1PodStatus,
} from '@kubernetes/client-node';
import type { PodAddress } from './address.ts';
import { commandOf, hookOf, onlyContainer } from './command.ts';
import { type Container, startContainer } from './container.ts';
import { type Ending, openEnding } from './ending.ts';
import { UnsupportedError } from './fields.ts';
import type { KubeletOptions } from './options.ts';
import { endedStatus, refusedStatus, runningStatus } from './pod-status.ts';
import { type Readiness, readinessOf } from './readiness.ts';
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
  readonly address: PodAddress;
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
      life.ending?.close();
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
  ending?: Ending;
  isRefreshing?: boolean;
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
  const running = new AbortController();
  try {
    const program = commandOf(options, pod, container, life.volumes);
    const command = { ...program, log: log.fd, cwd: life.folder };
    const hook = hookOf(container, command);
    const readiness = readinessOf(container, options.address.local);
    life.container = startContainer(command);
    life.ending = openEnding(life.container, hook);
    if (life.isKilled) life.container.kill();
    await reportRunning(life, life.container.startedAt, readiness, running.signal);
    onChange(life, life.pod); // what came while it started
    const exit = await life.container.ended;
    running.abort();
    life.ending.close();
    if (!life.isKilled) await report(life, endedStatus(pod, exit));
  } finally {
    running.abort();
    await log.close();
  }
}

async function reportRunning(
  life: Life,
  startedAt: Date,
  { atStart, follow }: Readiness,
  signal: AbortSignal,
): Promise<void> {
  const ip = life.options.address.cluster;
  const tell = (isReady: boolean) => report(life, runningStatus(life.pod, startedAt, ip, isReady));
  await tell(atStart);
  // An update that fails is made good by the next change.
  void follow(signal, (isReady) => void tell(isReady).catch(() => undefined));
}

function onChange(life: Life, pod: V1Pod): void {
  life.pod = pod;
  if (pod.metadata?.deletionTimestamp) {
    life.onDeletion?.();
    life.ending?.begin((pod.metadata.deletionGracePeriodSeconds ?? 0) * 1000);
  } else void refreshSoon(life);
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
