import { defineConfig } from 'vitest/config';
import { findControlPlane } from './test/support/control-plane-folder.ts';

const real = findControlPlane() !== undefined;
if (!real && process.env.CI)
  throw new Error('CI needs kube-apiserver and etcd: set KUBEBUILDER_ASSETS to their folder.');
if (!real) console.log('Left out: test/real, for want of kube-apiserver and etcd (set KUBEBUILDER_ASSETS).');

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: real ? [] : ['test/real/**'],
    // Several files start HTTP servers and fast clocks: two at a time keeps a small machine's timing honest.
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 20_000,
  },
});
