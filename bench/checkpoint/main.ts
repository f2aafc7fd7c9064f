import { Command } from 'commander';
import { startTrainingCluster } from '../../controlplane/training/cluster.ts';
import { trainingImage } from '../../controlplane/training/image.ts';
import { ConfigurationError } from '../../functions/errors.ts';
import { seeded } from '../seeded.ts';
import { type Contestant, contestantsFor, type TrainingSize } from './contestants.ts';
import { runContestant } from './run.ts';
import { type Compared, layOut } from './table.ts';

const STEPS_PER_EPOCH = 20;
/** About what one interruption and the steps before it take. */
const EPOCHS_PER_INTERRUPTION = 1.5;
const NAMES = ['protocol', 'handler', 'epochs', 'handler-torchrun'];

interface Options {
  readonly interruptions: string;
  readonly contestants: string;
  readonly stepSeconds: string;
  readonly seed: string;
  readonly json?: true;
}

const program = new Command('bench:checkpoint')
  .description(
    'Interrupts real training Jobs on a real control plane at random steps: what each way to save loses.',
  )
  .option('--interruptions <number>', 'of each contestant', '20')
  .option('--contestants <list>', `of ${NAMES.join(', ')}`, 'protocol,handler,epochs')
  .option('--step-seconds <seconds>', 'a step takes at least so long', '0.1')
  .option('--seed <number>', 'of the steps at which they are interrupted', '1')
  .option('--json', 'print the figures and nothing else')
  .action(main);

const stopping = new AbortController();
// `on`, not `once`: execa ends this process where nobody else listens any more.
for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => stopping.abort());
try {
  await program.parseAsync();
} catch (error) {
  if (stopping.signal.aborted) process.exitCode = 130;
  else if (error instanceof ConfigurationError) {
    console.error(error.message);
    process.exitCode = 2;
  } else throw error;
}

async function main(options: Options): Promise<void> {
  const interruptions = requireNumber('interruptions', options.interruptions, 1, 1000, true);
  const stepSeconds = requireNumber('step-seconds', options.stepSeconds, 0, 10);
  const seed = requireNumber('seed', options.seed, 1, 2 ** 31, true);
  const epochs = Math.ceil(interruptions * EPOCHS_PER_INTERRUPTION);
  const training = { epochs, stepsPerEpoch: STEPS_PER_EPOCH, stepSeconds };
  const chosen = options.contestants.split(',').map(requireName);
  const environment = await trainingImage((line) => console.error(line));
  const runs: Compared[] = [];
  for (const name of chosen) {
    const tell = (text: string) => process.stderr.write(`\r\x1b[K${name}: ${text}`);
    runs.push(await compare(name, { training, interruptions, seed, environment, tell }));
    process.stderr.write('\r\x1b[K');
  }
  console.log(options.json ? JSON.stringify(runs, null, 2) : layOut(runs));
}

interface Comparison {
  readonly training: TrainingSize;
  readonly interruptions: number;
  readonly seed: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly tell: (text: string) => void;
}

/** First undisturbed and at full speed, then interrupted, with checkpoints of its own each time. */
async function compare(
  name: string,
  { environment, interruptions, seed, tell, training }: Comparison,
): Promise<Compared> {
  tell('starts the control plane');
  const cluster = await startTrainingCluster(environment);
  try {
    await cluster.addNode();
    const run = (folder: string, size: TrainingSize, times: number) => {
      const options = { interruptions: times, training: size, random: seeded(seed), tell };
      return runContestant(cluster, contestantNamed(name, size, folder), {
        ...options,
        signal: stopping.signal,
      });
    };
    const { result: undisturbed } = await run('undisturbed', { ...training, stepSeconds: 0 }, 0);
    return { ...(await run('interrupted', training, interruptions)), undisturbed };
  } finally {
    await cluster.close();
  }
}

function contestantNamed(name: string, size: TrainingSize, folder: string): Contestant {
  const contestant = contestantsFor(size, folder)[name];
  if (!contestant) throw new Error(`no contestant ${name}`);
  return contestant;
}

function requireName(name: string): string {
  if (NAMES.includes(name)) return name;
  return program.error(`--contestants: "${name}" is unknown; ${NAMES.join(', ')} are.`, { exitCode: 2 });
}

function requireNumber(flag: string, text: string, least: number, most: number, whole = false): number {
  const value = Number(text);
  const fits = text.trim() !== '' && value >= least && value <= most && (!whole || Number.isInteger(value));
  if (fits) return value;
  const what = whole ? 'a whole number' : 'a number';
  return program.error(`--${flag} is "${text}"; it must be ${what} from ${least} to ${most}.`, {
    exitCode: 2,
  });
}
