"""Saving and resuming by all ranks together: each step is done by all or counted as failed by all."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Callable, Optional, TypeVar

from .agree import ProcessGroup
from .manifest import Checkpoint
from .store import StateWriter, Store

_LOG = logging.getLogger("spot_checkpoint")
_Result = TypeVar("_Result")


class CheckpointFailed(RuntimeError):
    """Some rank could not do its part, so none did. The cause is chained on the rank that has it."""


class GangStore:
    """A store used by all ranks of a group. Every method is collective: all ranks call it, with the same step.

    The methods that save return the checkpoint's directory once it is complete and durable.
    """

    def __init__(self, store: Store, group: ProcessGroup, sharded: bool) -> None:
        self._store = store
        self._group = group
        self._writers = group.world_size if sharded else 1

    def save(self, step: int, request_id: Optional[str], write: StateWriter) -> Path:
        """One file from each writing rank. Raises CheckpointFailed on every rank where one failed."""
        sequence = self._agree_sequence()
        directory = self._together("make a directory", lambda: self._store.open_save(sequence, step))
        self._together("write a shard", lambda: self._write_shard(directory, write))
        return self._complete(directory, self._writers, sequence, step, request_id)

    def save_files(self, step: int, request_id: Optional[str], write: Callable[[Path], None]) -> Path:
        """Whatever files the ranks write below the directory each is given. Raises CheckpointFailed."""
        sequence = self._agree_sequence()
        directory = self._together("make a directory", lambda: self._store.open_save(sequence, step))
        self._together("write its files", lambda: write(directory))
        return self._seal(directory, sequence, step, request_id)

    def seal(self, step: int, request_id: Optional[str], directory: Path) -> Path:
        """Makes a directory under the root that something else wrote a complete checkpoint. Raises CheckpointFailed."""
        return self._seal(directory, self._agree_sequence(), step, request_id)

    def latest(self) -> Optional[Checkpoint]:
        """The newest complete checkpoint that every rank finds intact; each rank reads only its share of the files."""
        group, rank = self._group, self._group.rank
        listed = self._together("list checkpoints", self._store.complete)
        known = {checkpoint.manifest.sequence: checkpoint for checkpoint in listed}
        proposals = iter(known) if rank == 0 else iter(())
        while True:
            sequence = group.all_reduce_max([next(proposals, 0)])[0]
            if sequence == 0:
                return None
            checkpoint = known.get(sequence)
            damaged = checkpoint is None or not self._is_intact(checkpoint)
            if not group.all_reduce_max([int(damaged)])[0]:
                return checkpoint

    def _seal(self, directory: Path, sequence: int, step: int, request_id: Optional[str]) -> Path:
        group = self._group
        self._together("seal its files", lambda: self._store.seal_share(directory, group.rank, group.world_size))
        return self._complete(directory, group.world_size, sequence, step, request_id)

    def _complete(self, directory: Path, ranks: int, sequence: int, step: int, request_id: Optional[str]) -> Path:
        def complete() -> None:
            if self._group.rank == 0:
                self._store.complete_save(directory, ranks, sequence, step, request_id)

        self._together("write the manifest", complete)
        if self._group.rank == 0:
            self._prune()
        return directory

    def _agree_sequence(self) -> int:
        own = self._together("list checkpoints", self._store.next_sequence)
        return self._group.all_reduce_max([own])[0]

    def _write_shard(self, directory: Path, write: StateWriter) -> None:
        if self._group.rank < self._writers:
            self._store.write_shard(directory, self._group.rank, self._writers, write)

    def _is_intact(self, checkpoint: Checkpoint) -> bool:
        try:
            return self._store.is_intact(checkpoint, self._group.rank, self._group.world_size)
        except OSError as error:
            _LOG.warning("%s cannot be read: %s", checkpoint.path, error)
            return False

    def _prune(self) -> None:
        try:
            self._store.prune()
        except OSError as error:
            _LOG.warning("old checkpoints stay: %s", error)

    def _together(self, what: str, act: Callable[[], _Result]) -> _Result:
        # A rank that raised on its own would leave the others waiting in the next collective.
        failure: Optional[Exception] = None
        results: list[_Result] = []
        try:
            results.append(act())
        except Exception as error:
            _LOG.error("rank %d could not %s: %s", self._group.rank, what, error)
            failure = error
        if self._group.all_reduce_max([int(failure is not None)])[0]:
            raise CheckpointFailed(f"a rank could not {what}") from failure
        return results[0]
