import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Beside a maintainer's checkout there may be packed binaries with a script that unpacks them. */
const unpack = fileURLToPath(new URL('../../../shared/bin/unpack', import.meta.url));

/** The folder with kube-apiserver and etcd: `KUBEBUILDER_ASSETS`, else the packed ones; `undefined` without either. */
export function findControlPlane(): string | undefined {
  const named = process.env.KUBEBUILDER_ASSETS;
  if (named && existsSync(join(named, 'kube-apiserver'))) return named;
  return existsSync(unpack) ? execFileSync(unpack, { encoding: 'utf8' }).trim() : undefined;
}
