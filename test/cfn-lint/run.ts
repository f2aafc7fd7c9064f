import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { runPythonLane } from '../support/python-lane.ts';
import { synthesiseVariants } from './variants.ts';

/** The hand of the CDK: a function depends on its role in two ways (W3005), and texts are joined, not substituted (I1022). */
const IGNORED = ['W3005', 'I1022'];

/** `npm run lint:templates`: cfn-lint over every variant of the templates. */
await runPythonLane('cfn-lint', async ({ bin }) => {
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
    return exitCode;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
