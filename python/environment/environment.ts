import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { ConfigurationError } from '../../functions/errors.ts';
import { findPython } from './find-python.ts';

const OLDEST_PYTHON = [3, 11] as const;

/** A virtual environment with what one requirements file names; nothing of ours. */
export interface PythonEnvironment {
  readonly python: string;
  /** Its programs, `python` among them. */
  readonly bin: string;
}

interface Recipe {
  readonly requirements: string;
  readonly what: string;
}

const RECIPES = {
  torch: { requirements: path('python/requirements-torch.txt'), what: 'PyTorch (CPU is enough, 2.5 GB)' },
  'cfn-lint': { requirements: path('test/cfn-lint/requirements.txt'), what: 'cfn-lint (200 MB)' },
  moto: { requirements: path('simulator/moto/requirements.txt'), what: 'moto, an AWS endpoint (300 MB)' },
  terraform: { requirements: path('test/terraform/requirements.txt'), what: 'Terraform (200 MB)' },
} as const satisfies Record<string, Recipe>;

export type PythonEnvironmentName = keyof typeof RECIPES;

/**
 * The environment of a requirements file, made when it is missing: once for each content of that file and each Python. It
 * lies in the user's cache folder, outside the checkout.
 *
 * @throws ConfigurationError when there is no Python that can make it, or pip fails.
 */
export async function pythonEnvironment(
  name: PythonEnvironmentName,
  tell: (line: string) => void,
): Promise<PythonEnvironment> {
  const python = await findPython(OLDEST_PYTHON);
  if (!python)
    throw new ConfigurationError(
      `These tests need Python ${OLDEST_PYTHON.join('.')} or later with its module venv; none was found on the ` +
        'PATH. Install one, or name it in PYTHON.',
    );
  const { requirements, what } = RECIPES[name];
  const folder = await environmentFolder(name, requirements, python.version);
  if (!existsSync(folder)) {
    tell(`Installing ${what} in ${folder}: some minutes, once.`);
    await install(python.command, requirements, folder);
  }
  const bin = join(folder, 'bin');
  return { bin, python: join(bin, 'python') };
}

function path(inProject: string): string {
  return fileURLToPath(new URL(`../../${inProject}`, import.meta.url));
}

async function environmentFolder(name: string, requirements: string, version: string): Promise<string> {
  const key = createHash('sha256').update(await readFile(requirements));
  key.update([version, process.platform, process.arch].join());
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  return join(cache, 'spot-responder', `${name}-${key.digest('hex').slice(0, 12)}`);
}

/**
 * The folder's name is a link, made last: what has it is complete, and of two installers at once one wins. (An
 * environment cannot be renamed: its programs know its path.)
 */
async function install(python: string, requirements: string, folder: string): Promise<void> {
  const own = `${folder}.${process.pid}`;
  await mkdir(join(folder, '..'), { recursive: true });
  await removeAbandoned(folder);
  try {
    await run(python, ['-m', 'venv', own]);
    const pip = [join(own, 'bin', 'python'), '-m', 'pip', '--disable-pip-version-check'] as const;
    const [command, ...args] = [...pip, 'install', '--quiet', '--no-deps', '-r', requirements];
    await run(command, args);
    // A link to what somebody has removed.
    if (!existsSync(folder)) await rm(folder, { force: true });
    await symlink(own, folder);
  } catch (error) {
    await rm(own, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
}

/** What installers that died have left; each is named by its process. */
async function removeAbandoned(folder: string): Promise<void> {
  const parent = join(folder, '..');
  for (const name of await readdir(parent)) {
    const [, pid] = /^[a-z-]+-[0-9a-f]{12}\.(\d+)$/.exec(name) ?? [];
    const isLinked = existsSync(join(parent, name.split('.')[0] ?? ''));
    if (pid && !isLinked && !isAlive(Number(pid)))
      await rm(join(parent, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function run(command: string, args: readonly string[]): Promise<void> {
  const { all, exitCode } = await execa(command, [...args], { all: true, reject: false, stdin: 'ignore' });
  if (exitCode === 0) return;
  const end = all.trim().split('\n').slice(-5).join('\n');
  throw new ConfigurationError(`${[command, ...args].join(' ')} ended with ${exitCode}:\n${end}`);
}
