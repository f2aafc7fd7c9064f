import { defineConfig } from 'vitest/config';
import { API_ONLY, findBinaries, WITH_CONTROLLERS } from './controlplane/binaries.ts';
import { findPython } from './python/environment/find-python.ts';

const [api, controllers] = [await findBinaries(API_ONLY), await findBinaries(WITH_CONTROLLERS)];
const missing = [api, controllers].find((search) => search.type === 'missing');
if (missing && process.env.CI) throw new Error(`CI needs a real control plane: ${missing.reason}.`);
if (missing) console.log(`Left out: tests on a real control plane, because ${missing.reason}.`);
const python = await findPython([3, 9]);
if (!python)
  console.log('Left out: all tests of python/, because no Python 3.9 or later was found on the PATH.');
else if (!process.env.TRAINING)
  console.log('Left out: tests on real PyTorch; npm run test:training runs them.');
if (!process.env.MOTO_SERVER) console.log('Left out: tests on moto; npm run test:aws runs them.');
const leftOut = [
  ...(api.type === 'missing' ? ['test/real/**'] : []),
  ...(controllers.type === 'missing' ? ['test/real/controllers/**'] : []),
  ...(python ? [] : ['test/python.test.ts', 'test/{drills,redrive}/terminal.test.ts']),
  ...(process.env.MOTO_SERVER ? [] : ['test/aws/{moto,redrive,story}.test.ts']),
  ...(controllers.type === 'missing' ? ['test/aws/story.test.ts'] : []),
  ...(process.env.TRAINING && controllers.type !== 'missing' ? [] : ['test/training/**']),
];

/** What leaves nothing behind in its process: one worker loads once what all of these test, which halves their time. */
const SHARED = [
  'test/{announce,audit,fallback,incidents,infra,locate,notify,prices,savings,signals}/**/*.test.ts',
  'test/{doctor,enroll,lifecycle,recorder,redrive,simulator,status,table}/**/*.test.ts',
  'test/config.test.ts',
];

/** Looked for once, not by each file. */
const found = [controllers, api].find((search) => search.type === 'found');

export default defineConfig({
  test: {
    env: { ...(found && { KUBEBUILDER_ASSETS: found.folder }) },
    // Most files wait for servers and clocks: two at a time leave a third of two cores idle, with more their timing suffers.
    maxWorkers: 3,
    // Only what hangs runs into these: side by side, on a machine that has much else to do, the longest take a minute.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    projects: [
      {
        extends: true,
        test: { name: 'shared', include: SHARED, exclude: leftOut, isolate: false },
      },
      {
        extends: true,
        test: {
          name: 'alone',
          include: ['test/**/*.test.ts'],
          exclude: [...leftOut, ...SHARED],
        },
      },
    ],
  },
});
