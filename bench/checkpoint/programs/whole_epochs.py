"""The example's training with a checkpoint at every epoch and nothing else: SIGTERM ends it where it is."""

from pathlib import Path

import torch
import torch.distributed as dist
from train_ddp import Training, parse_options, tell


def main() -> None:
    options = parse_options()
    torch.set_num_threads(1)
    dist.init_process_group("gloo")
    training = Training(options.epochs, options.steps_per_epoch)
    own = options.checkpoints / f"rank_{dist.get_rank()}"
    own.mkdir(parents=True, exist_ok=True)
    newest = newest_of_all(own)
    done = training.load(own / f"{newest}.pt") if newest else 0
    tell(f"resumed after step {done}")
    for step, batch in training.batches(done):
        training.paced_step(step, batch, options.step_seconds)
        if step % options.steps_per_epoch == 0:
            whole = own / f"{step}.tmp"
            with whole.open("wb") as file:
                training.save(file, step)
            whole.rename(own / f"{step}.pt")
    tell(f"finished with loss {training.evaluate():.9f} weights {training.fingerprint()}")
    dist.destroy_process_group()


def newest_of_all(own: Path) -> int:
    """The newest step that every rank has."""
    newest = torch.tensor([max((int(path.stem) for path in own.glob("*.pt")), default=0)])
    dist.all_reduce(newest, dist.ReduceOp.MIN)
    return int(newest)


if __name__ == "__main__":
    main()
