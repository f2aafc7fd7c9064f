import { defineConfig } from 'vitest/config';
import { API_ONLY, findBinaries, WITH_CONTROLLERS } from './controlplane/binaries.ts';

const [api, controllers] = [await findBinaries(API_ONLY), await findBinaries(WITH_CONTROLLERS)];
const missing = [api, controllers].find((search) => search.type === 'missing');
if (missing && process.env.CI) throw new Error(`CI needs a real control plane: ${missing.reason}.`);
if (missing) console.log(`Left out: tests on a real control plane, because ${missing.reason}.`);
const leftOut = [
  ...(api.type === 'missing' ? ['test/real/**'] : []),
  ...(controllers.type === 'missing' ? ['test/real/controllers/**'] : []),
];

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: leftOut,
    // Several files start HTTP servers and fast clocks: two at a time keeps a small machine's timing honest.
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 20_000,
  },
});
