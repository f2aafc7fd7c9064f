import { join } from 'node:path';
import { execa } from 'execa';
import { runPythonLane } from '../support/python-lane.ts';

/** `npm run test:aws`: the fallback over the wire to moto. */
await runPythonLane('moto', async ({ bin }) => {
  const { exitCode } = await execa('npx', ['vitest', 'run', 'test/aws'], {
    stdio: 'inherit',
    reject: false,
    env: { MOTO_SERVER: join(bin, 'moto_server') },
  });
  return exitCode;
});
