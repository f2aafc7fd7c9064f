import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pythonEnvironment } from '../../python/environment/environment.ts';

/**
 * The environment of a training image's programs: real PyTorch, our package and its examples. Made first where it is missing.
 *
 * @throws ConfigurationError when it cannot be made.
 */
export async function trainingImage(tell: (line: string) => void): Promise<Readonly<Record<string, string>>> {
  const { bin } = await pythonEnvironment('torch', tell);
  const sources = ['../../python/src', '../../python/examples'].map((folder) =>
    fileURLToPath(new URL(folder, import.meta.url)),
  );
  return {
    PATH: [bin, '/usr/bin', '/bin'].join(delimiter),
    PYTHONPATH: sources.join(delimiter),
    PYTHONUNBUFFERED: '1',
    OMP_NUM_THREADS: '1',
    // Ranks find each other on this machine, whatever its host name says.
    GLOO_SOCKET_IFNAME: 'lo',
  };
}
