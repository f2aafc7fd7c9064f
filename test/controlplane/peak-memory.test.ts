import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { peakMemory } from '../../controlplane/peak-memory.ts';

const module = new URL('../../controlplane/peak-memory.ts', import.meta.url).href;
const MB = 1e6;

function run(code: string): number {
  return Number(execFileSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' }));
}

test('what a process has held counts after it was given back', () => {
  const before = peakMemory();
  const after = run(`
    import { peakMemory } from '${module}';
    Buffer.alloc(300e6, 1);
    globalThis.gc?.();
    console.log(peakMemory());
  `);
  expect(before).toBeGreaterThan(20 * MB);
  expect(after).toBeGreaterThan(300 * MB);
});

test('what its parent held does not', () => {
  const child = `import { peakMemory } from '${module}'; console.log(peakMemory());`;
  const held = run(`
    import { execFileSync } from 'node:child_process';
    const large = Buffer.alloc(400e6, 1);
    const args = ['--input-type=module', '-e', ${JSON.stringify(child)}];
    process.stdout.write(execFileSync(process.execPath, args));
    large.fill(2);
  `);
  expect(held).toBeGreaterThan(20 * MB);
  expect(held).toBeLessThan(200 * MB);
});
