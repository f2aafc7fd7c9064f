import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { execa } from 'execa';

/**
 * `npm run bench:start`: how long a new user waits for each of the README's first commands, as it stands there. `npm ci` runs
 * in a folder of its own, with npm's cache as it is.
 */
const { values } = parseArgs({ options: { rounds: { type: 'string', default: '3' } } });
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1) {
  console.error(`error: --rounds is "${values.rounds}"; it must be a whole number from 1 on.`);
  process.exit(2);
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const COMMANDS = [
  'npm ci',
  'npm run replay',
  'npm run build',
  'npx cdk synth --quiet',
  'npm run spot-responder -- doctor --help',
] as const;

const folder = await mkdtemp(join(tmpdir(), 'spot-responder-start-'));
try {
  for (const file of ['package.json', 'package-lock.json', '.npmrc'])
    await cp(join(root, file), join(folder, file));
  console.log(`${rounds} rounds of each; seconds`);
  console.log(['', 'median', 'fastest', 'slowest'].map((text, at) => text.padEnd(at ? 10 : 44)).join(''));
  for (const command of COMMANDS) {
    const seconds: number[] = [];
    for (let round = 0; round < rounds; round += 1) seconds.push(await time(command));
    const sorted = seconds.toSorted((one, other) => one - other);
    const told = [sorted[Math.floor(rounds / 2)], sorted[0], sorted.at(-1)];
    console.log(command.padEnd(44) + told.map((each) => (each ?? 0).toFixed(1).padEnd(10)).join(''));
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function time(command: (typeof COMMANDS)[number]): Promise<number> {
  const [program = '', ...args] = command.split(' ');
  const began = performance.now();
  await execa(program, args, { cwd: command === 'npm ci' ? folder : root, stdin: 'ignore' });
  return (performance.now() - began) / 1000;
}
