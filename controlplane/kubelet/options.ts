import type { KubeConfig } from '@kubernetes/client-node';
import type { VolumeSources } from './volumes.ts';

export interface KubeletOptions extends Omit<VolumeSources, 'core' | 'caPem'> {
  readonly admin: KubeConfig;
  readonly caPem: string;
  /** For the pods' volumes and logs; the caller removes it. */
  readonly folder: string;
  /** What stands for an image: the environment of its programs, such as the PATH by which they are found. */
  readonly images: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** From a change of a pod's annotations to its file; a kubelet takes about a second. @default 1000 */
  readonly refreshMs?: number;
}
