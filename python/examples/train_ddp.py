"""Trains a small model on several ranks and loses no step when the spot node of one of them is reclaimed.

    torchrun --nproc-per-node 3 --shutdown-timeout 100 train_ddp.py --checkpoints /checkpoints

The three lines that matter are marked. What must survive is the model, the optimizer, the place in the data and each
rank's random numbers: then an interrupted run ends with the very weights of an undisturbed one.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import logging
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import torch
import torch.distributed as dist
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, DistributedSampler, TensorDataset

from spot_checkpoint import SpotCheckpoint, load_training_state, training_state


def main() -> None:
    options = parse_options()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    torch.set_num_threads(1)
    dist.init_process_group("gloo")  # nccl with GPUs
    train(options)
    dist.destroy_process_group()


def train(options: argparse.Namespace) -> None:
    training = Training(options.epochs, options.steps_per_epoch)
    with SpotCheckpoint(options.checkpoints, annotations=options.annotations, sharded=True) as spot:
        checkpoint = spot.resume()  # 1: the newest complete checkpoint, the same on all ranks
        done = training.load(checkpoint.shard(dist.get_rank())) if checkpoint else 0
        tell(f"resumed after step {done}")
        for step, batch in training.batches(done):
            training.paced_step(step, batch, options.step_seconds)
            told = spot.should_save(step)  # 2: every rank asks at every step
            if told or step % options.steps_per_epoch == 0:
                spot.save(step, lambda file: training.save(file, step))  # 3: told, or at the end of an epoch
        tell(f"finished with loss {training.evaluate():.9f} weights {training.fingerprint()}")


class Training:
    """A classifier of made-up data, with dropout, so that random numbers matter."""

    def __init__(self, epochs: int, steps_per_epoch: int, batch: int = 16) -> None:
        self._epochs, self._steps_per_epoch = epochs, steps_per_epoch
        torch.manual_seed(1)
        self._data = made_up_data(steps_per_epoch * batch * dist.get_world_size())
        self._sampler: DistributedSampler[Any] = DistributedSampler(self._data, seed=2)
        # Of its own: a loader takes a random number whenever it starts, and a resumed run starts it once more.
        own = torch.Generator()
        self._loader = DataLoader(self._data, batch_size=batch, sampler=self._sampler, generator=own)
        model = torch.nn.Sequential(
            torch.nn.Linear(32, 128), torch.nn.ReLU(), torch.nn.Dropout(0.1), torch.nn.Linear(128, 8)
        )
        self.model = DistributedDataParallel(model, find_unused_parameters=True)
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=1e-3)
        torch.manual_seed(3 + dist.get_rank())

    def batches(self, done: int) -> Iterator[tuple[int, Any]]:
        """The batches after `done` steps, as a run without interruptions sees them, each with its step from 1."""
        size = self._steps_per_epoch
        for epoch in range(done // size, self._epochs):
            self._sampler.set_epoch(epoch)
            skipped = max(0, done - epoch * size)
            yield from enumerate(itertools.islice(self._loader, skipped, None), epoch * size + skipped + 1)

    def paced_step(self, step: int, batch: Any, seconds: float) -> None:
        """One step that takes at least so long, told with its loss."""
        began = time.monotonic()
        loss = self.step(batch)
        time.sleep(max(0.0, seconds - (time.monotonic() - began)))
        tell(f"step {step} loss {loss:.6f}")

    def step(self, batch: Any) -> float:
        """One step on one batch; returns this rank's loss."""
        inputs, labels = batch
        self.optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(self.model(inputs), labels)
        loss.backward()
        self.optimizer.step()
        return loss.item()

    def save(self, file: BinaryIO, step: int) -> None:
        """Writes what one rank needs to go on after `step`."""
        parts = training_state(step, model=self.model, optimizer=self.optimizer)
        torch.save({**parts, "random": torch.get_rng_state()}, file)

    def load(self, path: Path) -> int:
        """Reads what `save` wrote; returns the step."""
        state = torch.load(path)
        torch.set_rng_state(state["random"])
        return load_training_state(state, model=self.model, optimizer=self.optimizer)

    def evaluate(self) -> float:
        """The loss over all data, without dropout."""
        self.model.eval()
        with torch.no_grad():
            inputs, labels = self._data.tensors
            return float(torch.nn.functional.cross_entropy(self.model.module(inputs), labels))

    def fingerprint(self) -> str:
        """A hash of every bit of the weights."""
        digest = hashlib.sha256()
        for value in self.model.module.state_dict().values():
            digest.update(value.numpy().tobytes())
        return digest.hexdigest()


def made_up_data(samples: int) -> TensorDataset:
    """Points labelled by a teacher, a fixed random projection."""
    inputs = torch.randn(samples, 32)
    return TensorDataset(inputs, (inputs @ torch.randn(32, 8)).argmax(dim=1))


def tell(message: str) -> None:
    if dist.get_rank() == 0:
        print(message, flush=True)


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--checkpoints", type=Path, required=True, help="a directory that all ranks share")
    parser.add_argument("--annotations", type=Path, default=Path("/etc/podinfo/annotations"))
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--steps-per-epoch", type=int, default=40)
    parser.add_argument("--step-seconds", type=float, default=0.0, help="a step takes at least so long")
    return parser.parse_args()


if __name__ == "__main__":
    main()
