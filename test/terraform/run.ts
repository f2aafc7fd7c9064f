import { execa } from 'execa';
import { runPythonLane } from '../support/python-lane.ts';

/** `npm run test:terraform`: the examples as `terraform fmt` itself would write them. Values are compared in `npm test`. */
await runPythonLane('terraform', async ({ python }) => {
  const { all, exitCode } = await execa(python, ['test/terraform/fmt.py', 'examples/terraform'], {
    all: true,
    reject: false,
  });
  console.log(exitCode === 0 ? 'examples/terraform: formatted as terraform fmt does' : all);
  return exitCode;
});
