import { execa } from 'execa';
import { runPythonLane } from '../support/python-lane.ts';

/** `npm run test:training`: what needs real PyTorch. The Python package, then training Jobs interrupted on a real control plane. */
await runPythonLane('torch', async ({ python }) => {
  const started = { stdio: 'inherit', reject: false } as const;
  const unittest = ['-m', 'unittest', 'discover', '-v', '-s', 'python/tests_torch'];
  const { exitCode } = await execa(python, unittest, started);
  const env = { TRAINING: 'true' };
  const vitest = await execa('npx', ['vitest', 'run', 'test/training', '--passWithNoTests'], {
    ...started,
    env,
  });
  return exitCode === 0 ? vitest.exitCode : exitCode;
});
