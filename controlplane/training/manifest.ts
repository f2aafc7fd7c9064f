import { readFile } from 'node:fs/promises';
import { type KubernetesObject, loadAllYaml, type V1Job } from '@kubernetes/client-node';

/** What a training pod runs on this machine instead of its image's program. */
export interface Program {
  readonly command: readonly string[];
  /** @default as in the manifest */
  readonly optedIn?: boolean;
}

/** What stands for the image of the manifests. */
export const TRAIN_IMAGE = 'registry.example.com/train:1';
/** Where the pod's mounts are on this machine. */
export const MOUNTS = '$(CONTAINER_SANDBOX_MOUNT_POINT)';

/** One of `examples/manifests/`, object by object, its Job running `program`. */
export async function exampleManifest(
  file: string,
  program: Program,
): Promise<readonly (KubernetesObject | V1Job)[]> {
  const text = await readFile(new URL(`../../examples/manifests/${file}`, import.meta.url), 'utf8');
  return loadAllYaml(text).map((object) => (object.kind === 'Job' ? withProgram(object, program) : object));
}

function withProgram(job: V1Job, { command, optedIn = true }: Program): V1Job {
  const { spec } = job;
  const [container] = spec?.template.spec?.containers ?? [];
  if (!spec?.template.spec || !container) throw new Error(`Job ${job.metadata?.name} has no container`);
  const { metadata, spec: podSpec } = spec.template;
  const labels = { ...metadata?.labels, 'spot-responder/checkpoint': optedIn ? 'enabled' : 'disabled' };
  return {
    ...job,
    spec: {
      ...spec,
      template: {
        metadata: { ...metadata, labels },
        spec: { ...podSpec, containers: [{ ...container, command: [...command] }] },
      },
    },
  };
}
