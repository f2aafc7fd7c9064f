"""The handler that most tutorials show: a flag on SIGTERM, then save and exit 0. It resumes, which most do not show.

Its checkpoints hold the epoch, the model and the optimizer: the place in the epoch and the random numbers are not in it.
"""

import signal
import sys

import torch
import torch.distributed as dist
from train_ddp import Training, parse_options, tell


class InterruptionHandler:
    """Remembers that SIGTERM came."""

    def __init__(self) -> None:
        self.interrupted = False
        signal.signal(signal.SIGTERM, self._take)

    def _take(self, *_: object) -> None:
        self.interrupted = True


def main() -> None:
    options = parse_options()
    torch.set_num_threads(1)
    if dist.is_torchelastic_launched():
        dist.init_process_group("gloo")
    else:
        dist.init_process_group("gloo", store=dist.HashStore(), rank=0, world_size=1)
    handler = InterruptionHandler()
    training = Training(options.epochs, options.steps_per_epoch)
    own = options.checkpoints / f"rank_{dist.get_rank()}.pt"
    own.parent.mkdir(parents=True, exist_ok=True)
    first = 0
    if own.exists():
        saved = torch.load(own)
        training.model.load_state_dict(saved["model"])
        training.optimizer.load_state_dict(saved["optimizer"])
        first = saved["epoch"]
    done = first * options.steps_per_epoch
    tell(f"resumed after step {done}")
    for step, batch in training.batches(done):
        training.paced_step(step, batch, options.step_seconds)
        epoch = (step - 1) // options.steps_per_epoch
        if handler.interrupted:
            save(training, own, epoch)
            sys.exit(0)
        if step % options.steps_per_epoch == 0:
            save(training, own, epoch + 1)
    tell(f"finished with loss {training.evaluate():.9f} weights {training.fingerprint()}")
    dist.destroy_process_group()


def save(training, path, epoch) -> None:
    state = {"epoch": epoch, "model": training.model.state_dict(), "optimizer": training.optimizer.state_dict()}
    torch.save(state, path)


if __name__ == "__main__":
    main()
