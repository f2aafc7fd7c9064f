import { execa } from 'execa';
import { ConfigurationError } from '../../functions/errors.ts';
import { pythonEnvironment } from '../../python/environment/environment.ts';

/** `npm run test:training`: what needs real PyTorch. Makes its environment first when it is missing. */
async function main(): Promise<void> {
  const { python } = await pythonEnvironment('torch', console.log);
  const started = { stdio: 'inherit', reject: false } as const;
  const { exitCode } = await execa(
    python,
    ['-m', 'unittest', 'discover', '-v', '-s', 'python/tests_torch'],
    started,
  );

  if (exitCode !== 0) process.exitCode = 1;
}

try {
  await main();
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
