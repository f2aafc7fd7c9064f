import { mkdir, mkdtemp, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/**
 * Writes a volume's files the way a kubelet does (`AtomicWriter`): all of them into a new folder, which `..data` then
 * points to in one rename. A reader finds the old set or the new one; a file held open, or mounted by `subPath`, stays old.
 */
export async function writeAtomically(
  volume: string,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  await mkdir(volume, { recursive: true });
  const data = join(volume, '..data');
  const old = await readlink(data).catch(() => undefined);
  const fresh = await mkdtemp(join(volume, `..${new Date().toISOString().replace(/[^0-9]/g, '_')}.`));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(fresh, path)), { recursive: true });
    await writeFile(join(fresh, path), content);
  }
  await symlink(basename(fresh), join(volume, '..data_tmp'));
  await rename(join(volume, '..data_tmp'), data);
  await linkVisibleNames(volume, Object.keys(files));
  if (old !== undefined) await rm(join(volume, old), { recursive: true, force: true });
}

async function linkVisibleNames(volume: string, paths: readonly string[]): Promise<void> {
  for (const name of new Set(paths.map((path) => path.split('/')[0] ?? ''))) {
    await symlink(join('..data', name), join(volume, name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}
