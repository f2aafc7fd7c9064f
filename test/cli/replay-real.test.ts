import { expect, test } from 'vitest';
import { newFolder } from '../support/new-folder.ts';
import { runCliWith } from './run-cli.ts';
import { runHere } from './run-here.ts';

const sample = 'events/spot-interruption-terminate.json';

test.each([
  [['--real', '--speed', '20'], '--speed is for the embedded cluster'],
  [['--real', '--execute'], '--execute is for a real cluster'],
  [['--real', '--node', 'ip-10-0-0-11'], '--node is for a real cluster'],
  [['--real', '--kubeconfig', 'config'], 'leave out --kubeconfig and --context, or --real'],
  [['--real', '--context', 'main'], 'leave out --kubeconfig and --context, or --real'],
  [['--real', '--nodes', '0'], '--nodes is "0"; it must be a whole number from 1'],
  [['--real', '--nodes', '2.5'], '--nodes is "2.5"'],
  [['--real', '--interrupt', 'many'], '--interrupt is "many"'],
  [['--real', '--nodes', '5', '--interrupt', '6'], '--interrupt is 6, more than the 5 of --nodes'],
  [['--real', '--nodes', '5', sample], 'leave out --scenario and event files'],
  [['--nodes', '5', '--scenario', 'ten-pods'], 'leave out --scenario and event files'],
  [['--nodes', '5', '--instance', 'i-0aaaaaaaaaaaaaaa1'], 'leave it out with --nodes and --interrupt'],
  [['--nodes', '5', '--kubeconfig', 'config', sample], 'bring their own fleet'],
  [['--dry-run', '--scenario', 'crash-and-takeover'], 'give another scenario'],
  [['--dry-run', '--execute', '--kubeconfig', 'config', sample], 'give one of them'],
  [['--real', 'no-such-file.json'], 'no-such-file.json: no such file'],
])('%o is refused in one line with exit code 2, and nothing is started', async (args, message) => {
  const { code, stderr, stdout } = await runHere({}, 'replay', ...args);
  expect(code).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toContain(message);
  expect(stderr.trim().split('\n')).toHaveLength(1);
});

test('without the programs of a control plane one line says what to set', async () => {
  const KUBEBUILDER_ASSETS = await newFolder('empty');
  const { code, stderr } = await runCliWith({ KUBEBUILDER_ASSETS }, 'replay', '--real', '--json');
  expect(code).toBe(2);
  expect(stderr.trim().split('\n')).toHaveLength(1);
  expect(stderr).toContain(`(${KUBEBUILDER_ASSETS}) lacks etcd, kube-apiserver`);
  expect(stderr).toContain('Set KUBEBUILDER_ASSETS to a folder');
});

test('a storm of any size runs on the cluster in memory too', async () => {
  const { code, stdout } = await runHere({}, 'replay', '--json', '--nodes', '4', '--interrupt', '2');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ interruptions: [{}, {}], evictedTwice: 0 });
});

test('a dry run on the cluster in memory plans and evicts nothing', async () => {
  const { code, stdout } = await runHere({}, 'replay', '--json', '--dry-run');
  expect(code).toBe(0);
  const result = JSON.parse(stdout);
  expect(result).toMatchObject({ dryRun: true, interruptions: [{ outcome: { type: 'planned' } }] });
});
