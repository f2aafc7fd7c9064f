import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { ConfigurationError } from '../../functions/errors.ts';
import { pythonEnvironment } from '../../python/environment/environment.ts';
import { findPython } from '../../python/environment/find-python.ts';
import { synthesiseVariants } from './variants.ts';

/** `npm run lint:templates`: cfn-lint over every variant of the templates; its environment is made first when it is missing. */
async function main(): Promise<void> {
  if (!(await findPython([3, 11]))) {
    console.log('Left out: cfn-lint, because no Python 3.11 or later was found on the PATH.');
    return;
  }
  const { bin } = await pythonEnvironment('cfn-lint', console.log);
  const folder = await mkdtemp(join(tmpdir(), 'spot-responder-templates-'));
  try {
    const templates = await synthesiseVariants(folder);
    const { all, exitCode } = await execa(
      join(bin, 'cfn-lint'),
      ['--include-checks', 'I', '--ignore-checks', ...IGNORED, '--template', ...templates],
      { all: true, reject: false, stdin: 'ignore', cwd: folder },
    );
    if (all) console.log(all.replaceAll(`${folder}/`, ''));
    console.log(`${templates.length} templates, cfn-lint ends with ${exitCode}`);
    if (exitCode !== 0) process.exitCode = 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The hand of the CDK: a function depends on its role in two ways (W3005), and texts are joined, not substituted (I1022). */
const IGNORED = ['W3005', 'I1022'];

try {
  await main();
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
