"""All ranks decide together, at each step, whether this is the step to save."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Optional, Protocol

from .request import ID_LIMIT_BYTES


class ProcessGroup(Protocol):
    """What is asked of the ranks of a job: their number, and one collective over 64-bit integers."""

    @property
    def rank(self) -> int:
        """This process, from 0."""

    @property
    def world_size(self) -> int:
        """How many processes there are."""

    def all_reduce_max(self, values: Sequence[int]) -> list[int]:
        """The greatest of each position over all ranks. Every rank calls it, with as many values."""


class SingleProcess:
    """A job of one process agrees with itself."""

    rank = 0
    world_size = 1

    def all_reduce_max(self, values: Sequence[int]) -> list[int]:
        """The values themselves."""
        return list(values)


class StepsDiffer(RuntimeError):
    """The ranks asked about different steps, so no step can be the same for all."""


@dataclass(frozen=True)
class Decision:
    """What all ranks agreed on. `request_id` is known to each rank, also where its own file is still old."""

    request_id: Optional[str]
    terminating: bool

    @property
    def save(self) -> bool:
        """Whether all ranks save at this step."""
        return self.terminating or self.request_id is not None


def agree(group: ProcessGroup, step: int, request_id: Optional[str], terminating: bool) -> Decision:
    """One decision from every rank's own view. Collective. Raises StepsDiffer where ranks are at different steps.

    One small all_reduce; a second only when some rank has a request. Where ranks know different requests one of
    them wins here, the same on every rank, and the others stay pending for the next step.
    """
    own = _hash(request_id)
    stopping, winner, highest, lowest = group.all_reduce_max([int(terminating), own, step, -step])
    if highest != -lowest:
        raise StepsDiffer(f"ranks are between steps {-lowest} and {highest}; this rank is at {step}")
    if winner == 0:
        return Decision(None, bool(stopping))
    mine = request_id if own == winner else None
    return Decision(_share(group, mine), bool(stopping))


def _share(group: ProcessGroup, request_id: Optional[str]) -> str:
    # Only ranks that hold the winning id speak, so the maximum of each byte is that id's byte.
    data = (request_id or "").encode()
    shared = group.all_reduce_max(list(data.ljust(ID_LIMIT_BYTES, b"\0")))
    return bytes(shared).rstrip(b"\0").decode()


def _hash(request_id: Optional[str]) -> int:
    """Positive and below 2**62, so that it fits a signed 64-bit integer; 0 means no request."""
    if request_id is None:
        return 0
    digest = hashlib.sha256(request_id.encode()).digest()
    return (int.from_bytes(digest[:8], "big") >> 2) | 1
