import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { API_ONLY, requireBinaries } from '../../controlplane/binaries.ts';
import { runCliWith } from '../cli/run-cli.ts';
import { newFolder } from '../support/new-folder.ts';

test('a replay without controllers says what is left out, and empties the node all the same', async () => {
  const folder = await newFolder('api-only');
  const binaries = await requireBinaries(API_ONLY);
  for (const name of API_ONLY) await symlink(join(binaries, name), join(folder, name));
  const { code, stderr, stdout } = await runCliWith({ KUBEBUILDER_ASSETS: folder }, 'replay', '--real');
  expect(code).toBe(0);
  expect(stderr).toContain('Left out');
  expect(stderr.replace(/\s+/g, ' ')).toContain('lacks kube-controller-manager, kube-scheduler, kwok');
  expect(stderr).toContain('3/3 nodes ready');
  expect(stdout.replace(/\s+/g, ' ')).toContain("a stand-in answers for the training Job's checkpoint");
  expect(stdout).toMatch(/saved +training\/Job\/llama/);
  expect(stdout).toMatch(/closed +emptied/);
  expect(stdout).not.toContain('Replacements');
  const lines = stripVTControlCharacters(stderr + stdout).split('\n');
  // A path may be a long word.
  const long = lines.filter((line) => line.length > 80 && !line.includes(folder));
  expect(long).toEqual([]);
}, 90_000);
