import { readFile } from 'node:fs/promises';
import { parseAllDocuments } from 'yaml';
import { type KubeObject, kubeObject } from './objects.ts';

/** The fence first: no permission is ever in force without it. */
const FILES = ['admission.yaml', 'rbac.yaml'];

/** What a cluster must hold of ours: `infra/k8s/`, in the order in which it is applied. */
export async function readManifests(): Promise<readonly KubeObject[]> {
  const texts = await Promise.all(
    FILES.map((file) => readFile(new URL(`../../infra/k8s/${file}`, import.meta.url), 'utf8')),
  );
  return texts.flatMap((text) =>
    parseAllDocuments(text).map((document) => kubeObject.parse(document.toJS())),
  );
}
