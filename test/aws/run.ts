import { join } from 'node:path';
import { execa } from 'execa';
import { ConfigurationError } from '../../functions/errors.ts';
import { pythonEnvironment } from '../../python/environment/environment.ts';
import { findPython } from '../../python/environment/find-python.ts';

/** `npm run test:aws`: the fallback over the wire to moto, whose environment is made first when it is missing. */
async function main(): Promise<void> {
  if (!(await findPython([3, 11]))) {
    console.log('Left out: tests on moto, because no Python 3.11 or later was found on the PATH.');
    return;
  }
  const { bin } = await pythonEnvironment('moto', console.log);
  const { exitCode } = await execa('npx', ['vitest', 'run', 'test/aws'], {
    stdio: 'inherit',
    reject: false,
    env: { MOTO_SERVER: join(bin, 'moto_server') },
  });
  if (exitCode !== 0) process.exitCode = 1;
}

try {
  await main();
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
