import { MOUNTS, type Program } from '../../controlplane/training/manifest.ts';

export interface Contestant extends Program {
  readonly name: string;
  readonly ranks: number;
}

/** Three ranks under torchrun, or one process; each the same model, data and seed. */
export function contestantsFor(training: TrainingSize, folder: string): Readonly<Record<string, Contestant>> {
  const flags = [
    `--checkpoints=${MOUNTS}/checkpoints/${folder}`,
    `--annotations=${MOUNTS}/etc/podinfo/annotations`,
    `--epochs=${training.epochs}`,
    `--steps-per-epoch=${training.stepsPerEpoch}`,
    `--step-seconds=${training.stepSeconds}`,
  ];
  const underTorchrun = (program: string) => [
    ...['torchrun', '--standalone', '--nproc-per-node=3', program],
    ...flags,
  ];
  const [ours, epochs, handler] = [path(OURS), path(WHOLE_EPOCHS), path(FLAG_AND_EXIT)];
  return {
    protocol: { name: 'checkpoint protocol', ranks: 3, command: underTorchrun(ours) },
    handler: {
      name: 'SIGTERM handler that exits 0',
      ranks: 1,
      command: ['python', handler, ...flags],
      optedIn: false,
    },
    'handler-torchrun': {
      name: 'the same handler under torchrun',
      ranks: 3,
      command: underTorchrun(handler),
      optedIn: false,
    },
    epochs: {
      name: 'epoch checkpoints alone',
      ranks: 3,
      command: underTorchrun(epochs),
      optedIn: false,
    },
  };
}

export interface TrainingSize {
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  /** A step takes at least so long. */
  readonly stepSeconds: number;
}

const OURS = '../../python/examples/train_ddp.py';
const WHOLE_EPOCHS = './programs/whole_epochs.py';
const FLAG_AND_EXIT = './programs/flag_and_exit.py';

function path(relative: string): string {
  return new URL(relative, import.meta.url).pathname;
}
