import { execFileSync } from 'node:child_process';
import { globSync } from 'node:fs';

/**
 * Runs the import rules and makes sure that they looked at the code: dependency-cruiser with a TypeScript it
 * does not know cruises nothing and exits 0.
 */
const rooms = ['functions', 'audit', 'cli', 'simulator', 'controlplane', 'bench', 'infra'];
const files = rooms.flatMap((room) => globSync(`${room}/**/*.ts`)).length;
const output = execFileSync(
  'depcruise',
  ['--config', '.dependency-cruiser.cjs', '--output-type', 'json', ...rooms],
  {
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'inherit'],
  },
);
const { summary, modules } = JSON.parse(output) as {
  summary: { violations: { rule: { name: string }; from: string; to: string }[] };
  modules: { source: string }[];
};
const cruised = modules.filter(({ source }) => rooms.some((room) => source.startsWith(`${room}/`))).length;
for (const { rule, from, to } of summary.violations) console.error(`${rule.name}: ${from} → ${to}`);
if (cruised < files) console.error(`only ${cruised} of ${files} files were looked at`);
if (summary.violations.length > 0 || cruised < files) process.exitCode = 1;
else console.log(`import rules hold in ${cruised} files`);
