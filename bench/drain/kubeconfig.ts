import { readFile, writeFile } from 'node:fs/promises';
import type { Arena } from './contestant.ts';

/** A kubeconfig file of a new administrator that reaches the server by the arena's way. */
export async function kubeconfigVia({ plane, server }: Arena, user: string): Promise<string> {
  const file = await plane.kubeconfigFor(user);
  await writeFile(file, (await readFile(file, 'utf8')).replaceAll(plane.server, server));
  return file;
}
