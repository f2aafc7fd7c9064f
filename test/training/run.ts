import { execa } from 'execa';
import { ConfigurationError } from '../../functions/errors.ts';
import { pythonEnvironment } from '../../python/environment/environment.ts';

/**
 * `npm run test:training`: what needs real PyTorch, whose environment is made first when it is missing. The Python package,
 * then training Jobs interrupted on a real control plane.
 */
async function main(): Promise<void> {
  const { python } = await pythonEnvironment('torch', console.log);
  const started = { stdio: 'inherit', reject: false } as const;
  const unittest = ['-m', 'unittest', 'discover', '-v', '-s', 'python/tests_torch'];
  const { exitCode } = await execa(python, unittest, started);
  const env = { TRAINING: 'true' };
  const vitest = await execa('npx', ['vitest', 'run', 'test/training', '--passWithNoTests'], {
    ...started,
    env,
  });
  if (exitCode !== 0 || vitest.exitCode !== 0) process.exitCode = 1;
}

try {
  await main();
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
