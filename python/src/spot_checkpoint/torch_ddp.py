"""torch.distributed as the group of ranks. torch is imported only where a job has several processes."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from .agree import ProcessGroup, SingleProcess

_FIRST = "launch it with torchrun and call torch.distributed.init_process_group() before SpotCheckpoint()"


class NotInitialised(RuntimeError):
    """The job has several processes but torch.distributed does not know them yet."""


def current_group(environment: Mapping[str, str] = os.environ) -> ProcessGroup:
    """The ranks of this job: torch.distributed once it is initialised, else this process alone.

    Raises NotInitialised before `init_process_group`: a rank that saved and left alone would kill its peers.
    """
    if _is_initialised():
        return TorchGroup()
    if int(environment.get("WORLD_SIZE") or "1") > 1:
        raise NotInitialised(f"WORLD_SIZE is {environment['WORLD_SIZE']}: {_FIRST}")
    return SingleProcess()


def require_ranks(group: ProcessGroup, ranks: int) -> None:
    """Raises NotInitialised where a framework runs more ranks than the group knows, so that none saves alone."""
    if group.world_size != ranks:
        raise NotInitialised(f"the job has {ranks} ranks, SpotCheckpoint knows {group.world_size}: {_FIRST}")


class TorchGroup:
    """Every rank of torch.distributed, over a gloo group of its own. Creating it is collective.

    With gloo the question asked at each step stays on the CPU and does not wait for the GPU's queue, as it would
    over NCCL. Close it before the interpreter ends: gloo's threads may let go of a tensor of the last answer a moment after
    it is given, and in a finalizing interpreter that is fatal (https://github.com/pytorch/pytorch/issues/190489).
    """

    def __init__(self) -> None:
        import torch
        import torch.distributed

        self._torch: Any = torch
        self._group: Any = torch.distributed.new_group(backend="gloo")
        self.rank: int = torch.distributed.get_rank()
        self.world_size: int = torch.distributed.get_world_size()

    def all_reduce_max(self, values: Sequence[int]) -> list[int]:
        """The greatest of each position over all ranks."""
        torch = self._torch
        tensor = torch.tensor(list(values), dtype=torch.int64)
        torch.distributed.all_reduce(tensor, op=torch.distributed.ReduceOp.MAX, group=self._group)
        return [int(value) for value in tensor.tolist()]

    def close(self) -> None:
        """Ends the group and waits for its threads. Not while a collective is under way: it would wait for that too."""
        group, self._group = self._group, None
        if group is not None and self._torch.distributed.is_initialized():
            self._torch.distributed.destroy_process_group(group)


def training_state(step: int, **parts: Any) -> dict[str, Any]:
    """The states of a model, an optimizer, a scheduler… by name, with the step.

    A DistributedDataParallel model is saved without its wrapper, so that it loads in a job of any size.
    """
    return {"step": step, **{name: _unwrap(part).state_dict() for name, part in parts.items()}}


def load_training_state(state: Mapping[str, Any], **parts: Any) -> int:
    """Loads what `training_state` returned into the same parts; returns the step."""
    for name, part in parts.items():
        _unwrap(part).load_state_dict(state[name])
    return int(state["step"])


def _unwrap(part: Any) -> Any:
    import torch

    return part.module if isinstance(part, torch.nn.parallel.DistributedDataParallel) else part


def _is_initialised() -> bool:
    # A job that has not imported torch has not initialised it either.
    torch = sys.modules.get("torch")
    return torch is not None and torch.distributed.is_available() and torch.distributed.is_initialized()
