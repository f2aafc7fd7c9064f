"""What a training loop uses: ask at each step, save when told, resume at the start."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path
from types import TracebackType
from typing import Callable, NoReturn, Optional, Union

from .ack import Ack, Acknowledger, AckSender, NoAck
from .agree import Decision, ProcessGroup, agree
from .gang import CheckpointFailed, GangStore
from .manifest import Checkpoint
from .pod import own_pod
from .request import CheckpointRequest, RequestFile
from .store import StateWriter, Store
from .torch_ddp import TorchGroup, current_group, require_ranks
from .watcher import Watcher

TERMINATED = 143
"""128 + SIGTERM. Never 0: containers that all exit 0 make the pod Succeeded, and the Job counts as done."""

_LOG = logging.getLogger("spot_checkpoint")


class SpotCheckpoint:
    """Saves a job when its node is about to be reclaimed, all ranks at the same step. Use it as a context.

    root: directory for the checkpoints, shared by all ranks.
    annotations: the downward-API file of the pod's annotations (a volume, not a `subPath`).
    group: the ranks; by default torch.distributed where the job has several processes, else this process alone.
    acknowledger: by default an annotation on the own pod, nothing outside a cluster.
    sharded: True where every rank has state of its own to write; False where rank 0's is everybody's.
    keep: how many complete checkpoints stay.
    check_every_steps: ask the other ranks only at multiples of this step.
    """

    def __init__(
        self,
        root: Union[str, Path],
        *,
        annotations: Union[str, Path] = "/etc/podinfo/annotations",
        group: Optional[ProcessGroup] = None,
        acknowledger: Optional[Acknowledger] = None,
        sharded: bool = False,
        keep: int = 2,
        check_every_steps: int = 1,
        poll_seconds: float = 0.5,
        environment: Mapping[str, str] = os.environ,
        now: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
    ) -> None:
        if check_every_steps < 1:
            raise ValueError("check_every_steps must be at least 1")
        self._group = group or current_group(environment)
        self._own_group = self._group if group is None else None
        self._gang = GangStore(Store(root, keep), self._group, sharded)
        self._watcher = Watcher(RequestFile(annotations, now), self._on_request, poll_seconds)
        self._acknowledger = acknowledger or own_pod(environment) or NoAck()
        self._says_started = environment.get("LOCAL_RANK", "0") == "0"
        self._check_every_steps = check_every_steps
        self._now = now
        self._sender: Optional[AckSender] = None
        self._due: Optional[Decision] = None
        self._last: Optional[tuple[int, Path]] = None
        self._done: dict[str, Ack] = {}

    def __enter__(self) -> SpotCheckpoint:
        self._sender = AckSender(self._acknowledger)
        self._watcher.start()
        return self

    def __exit__(
        self, kind: Optional[type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self._watcher.stop()
        if self._sender is not None:
            self._sender.close()
        # After another error a collective may be under way still, and the process does not end well in any case.
        if isinstance(self._own_group, TorchGroup) and (error is None or isinstance(error, SystemExit)):
            self._own_group.close()
        if isinstance(error, SystemExit) and not error.code and self._watcher.terminating:
            raise SystemExit(TERMINATED) from error

    def should_save(self, step: int) -> bool:
        """Whether all ranks save now, after `step`. Collective: every rank asks at every step, in the same order."""
        if step % self._check_every_steps:
            return False
        request = self._watcher.request
        wanted = request.id if request and request.id not in self._done and request.deadline > self._now() else None
        decision = agree(self._group, step, wanted, self._watcher.terminating)
        self._due = decision if decision.save else None
        return decision.save

    def save(self, step: int, write: StateWriter) -> Optional[Path]:
        """Saves what `write` writes; call it when told to, and at epochs. Collective. Returns the checkpoint.

        When told to save, a failure is logged and acknowledged, not raised, and None returned; after SIGTERM this
        raises SystemExit(143). A save of your own accord raises CheckpointFailed, on all ranks alike.
        """
        return self._commit(step, lambda request_id: self._gang.save(step, request_id, write))

    def save_files(self, step: int, write: Callable[[Path], None]) -> Optional[Path]:
        """Like `save`, for state that a library writes as files: each rank is given the directory to write below."""
        return self._commit(step, lambda request_id: self._gang.save_files(step, request_id, write))

    def seal(self, step: int, directory: Union[str, Path]) -> Optional[Path]:
        """Like `save`, for a directory under the root that a library has just written on all ranks."""
        return self._commit(step, lambda request_id: self._gang.seal(step, request_id, Path(directory)))

    def resume(self) -> Optional[Checkpoint]:
        """The newest complete checkpoint, the same on all ranks, or None. Collective; call it before the first step."""
        checkpoint = self._gang.latest()
        if checkpoint is None:
            return None
        request_id = checkpoint.manifest.request_id
        if request_id is not None:
            # The container may have died between saving and saying so; the request may still be in force.
            self._done[request_id] = self._ack(request_id, checkpoint.step, checkpoint.path)
            request = self._watcher.request
            if request is not None and request.id == request_id:
                self._on_request(request)
        return checkpoint

    def take_sigterm(self) -> None:
        """Takes SIGTERM from a framework that would stop on its own rank alone, without saving."""
        self._watcher.take_sigterm(chain=False)

    def require_ranks(self, ranks: int) -> None:
        """For frameworks that start processes themselves: raises NotInitialised where it runs other ranks than ours."""
        require_ranks(self._group, ranks)

    def _commit(self, step: int, save: Callable[[Optional[str]], Path]) -> Optional[Path]:
        due, self._due = self._due, None
        request_id = due.request_id if due else None
        path: Optional[Path] = None
        try:
            path = self._last[1] if due and self._last and self._last[0] == step else save(request_id)
            self._last = (step, path)
        except CheckpointFailed as error:
            if due is None:
                raise
            _LOG.error("step %d is not saved: %s", step, error)
        if request_id is not None:
            self._conclude(self._ack(request_id, step, path))
        if due and due.terminating:
            self._terminate(step)
        return path

    def _ack(self, request_id: str, step: int, path: Optional[Path]) -> Ack:
        if path is None:
            return Ack(request_id, "Failed", step, at=self._now())
        return Ack(request_id, "Complete", step, str(path), self._now())

    def _conclude(self, ack: Ack) -> None:
        self._done[ack.id] = ack
        if self._group.rank == 0:
            self._send(ack)

    def _on_request(self, request: CheckpointRequest) -> None:
        done = self._done.get(request.id)
        if done is not None:
            self._conclude(done)
        elif self._says_started:
            self._send(Ack(request.id, "Started", at=self._now()))

    def _send(self, ack: Ack) -> None:
        if self._sender is not None:
            self._sender.send(ack)

    def _terminate(self, step: int) -> NoReturn:
        _LOG.info("terminated after step %d", step)
        raise SystemExit(TERMINATED)
