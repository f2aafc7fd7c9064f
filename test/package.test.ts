import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';

/** What `npm pack` makes, unpacked in somebody else's project, which has the dependencies and nothing else of ours. */
const root = fileURLToPath(new URL('..', import.meta.url));
let project: string;
let files: readonly string[];

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'spot-responder-package-'));
  await execa('node', ['infra/package.ts'], { cwd: root });
  const { stdout } = await execa(
    'npm',
    ['pack', '--json', '--ignore-scripts', '--pack-destination', project],
    { cwd: root },
  );
  const [packed] = JSON.parse(stdout);
  files = packed.files.map(({ path }: { path: string }) => path);
  const modules = join(project, 'node_modules');
  const own = join(modules, 'spot-responder');
  await execa('mkdir', ['-p', own]);
  await execa('tar', ['-xzf', join(project, packed.filename), '-C', own, '--strip-components', '1']);
  for (const name of await readdir(join(root, 'node_modules')))
    if (!name.startsWith('.')) await symlink(join(root, 'node_modules', name), join(modules, name));
  await writeFile(join(project, 'package.json'), '{ "type": "module" }');
}, 240_000);
afterAll(() => rm(project, { recursive: true, force: true }));

test('only what is compiled and what it reads is in it: no test, no source, nothing of the repository', () => {
  const top = new Set(files.map((path) => path.split('/')[0]));
  expect([...top].sort()).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'lib', 'package.json']);
  expect(files.filter((path) => /\.ts$/.test(path) && !path.endsWith('.d.ts'))).toEqual([]);
  expect(files).toEqual(expect.arrayContaining(['lib/dist/respond/index.mjs', 'lib/infra/k8s/rbac.yaml']));
});

const app = `import { App, Stack } from 'aws-cdk-lib';
import { Rebalance, Slack, SpotResponder } from 'spot-responder';

const stack = new Stack(new App({ outdir: 'cdk.out' }), 'Mine');
const responder = new SpotResponder(stack, 'SpotResponder', {
  rebalance: Rebalance.cordon({ takenBackAfterMinutes: 30 }),
  slack: Slack.bot({ secretName: 'slack', channel: 'C0123456789' }),
});
stack.exportValue(responder.table.tableName);
`;

test('somebody else’s app synthesises with the construct, code and all', async () => {
  await writeFile(join(project, 'app.js'), `${app}stack.node.root.synth();\n`);
  await execa('node', ['app.js'], { cwd: project });
  const template = JSON.parse(await readFile(join(project, 'cdk.out', 'Mine.template.json'), 'utf8'));
  const functions = Object.values<{ Type: string }>(template.Resources).filter(
    ({ Type }) => Type === 'AWS::Lambda::Function',
  );
  expect(functions.length).toBeGreaterThanOrEqual(4);
  expect(JSON.stringify(functions)).toContain('"ON_REBALANCE":"cordon"');
}, 120_000);

test('its types are those of the construct: what is misspelt is refused', async () => {
  await writeFile(join(project, 'good.ts'), app);
  await writeFile(join(project, 'bad.ts'), app.replace('takenBackAfterMinutes', 'takenBackAfter'));
  const { stdout } = await execa(
    'node',
    [
      join(root, 'node_modules/@typescript/native/bin/tsc'),
      '--noEmit',
      '--strict',
      '--skipLibCheck',
      '--types',
      'node',
      '--module',
      'nodenext',
      '--target',
      'es2024',
      'good.ts',
      'bad.ts',
    ],
    { cwd: project, reject: false },
  );
  const errors = stdout.trim().split(/\n(?=\S)/);
  expect(errors).toEqual([expect.stringMatching(/^bad\.ts.*takenBackAfter/)]);
}, 120_000);

test('its command runs', async () => {
  const { stdout } = await execa(
    'node',
    ['node_modules/spot-responder/lib/cli/main.js', 'replay', '--list'],
    { cwd: project },
  );
  expect(stdout).toContain('blocked-by-budget');
}, 60_000);
