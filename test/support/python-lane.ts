import { ConfigurationError } from '../../functions/errors.ts';
import {
  type PythonEnvironment,
  type PythonEnvironmentName,
  pythonEnvironment,
} from '../../python/environment/environment.ts';

/**
 * A lane of tests that needs a Python environment, which is made first when it is missing. `work` resolves with the exit
 * code of the tests. Without a Python that can make it the lane says so in one line and ends with 2.
 */
export async function runPythonLane(
  name: PythonEnvironmentName,
  work: (environment: PythonEnvironment) => Promise<number | undefined>,
): Promise<void> {
  try {
    if ((await work(await pythonEnvironment(name, console.log))) !== 0) process.exitCode = 1;
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    console.error(error.message);
    process.exitCode = 2;
  }
}
