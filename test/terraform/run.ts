import { execa } from 'execa';
import { ConfigurationError } from '../../functions/errors.ts';
import { pythonEnvironment } from '../../python/environment/environment.ts';
import { findPython } from '../../python/environment/find-python.ts';

/** `npm run test:terraform`: the examples as `terraform fmt` itself would write them. Values are compared in `npm test`. */
async function main(): Promise<void> {
  if (!(await findPython([3, 11]))) {
    console.log('Left out: terraform fmt, because no Python 3.11 or later was found on the PATH.');
    return;
  }
  const { python } = await pythonEnvironment('terraform', console.log);
  const { all, exitCode } = await execa(python, ['test/terraform/fmt.py', 'examples/terraform'], {
    all: true,
    reject: false,
  });
  console.log(exitCode === 0 ? 'examples/terraform: formatted as terraform fmt does' : all);
  if (exitCode !== 0) process.exitCode = 1;
}

try {
  await main();
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
