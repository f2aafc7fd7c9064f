"""Tells the responder how a requested save goes. No failure here ever reaches the training."""

from __future__ import annotations

import json
import logging
import queue
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Callable, Optional, Protocol

from .disk import Disk

_LOG = logging.getLogger("spot_checkpoint")
PutObject = Callable[[str, bytes], None]
"""Stores an object durably under a key, say `lambda key, body: s3.put_object(Bucket=…, Key=key, Body=body)`."""


@dataclass(frozen=True)
class Ack:
    """`state` is Started, Complete or Failed; `step` and `uri` are known once there is a checkpoint.

    `at` is when the job's state was what it saved: a later interruption tells by it whether to ask for another save.
    """

    id: str
    state: str
    step: Optional[int] = None
    uri: Optional[str] = None
    at: Optional[datetime] = None

    def encode(self) -> str:
        """The JSON the responder reads; what is unknown is left out."""
        at = self.at and self.at.astimezone(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        known = {"id": self.id, "state": self.state, "step": self.step, "uri": self.uri, "at": at}
        return json.dumps({name: value for name, value in known.items() if value is not None})


class AckRefused(RuntimeError):
    """Trying again cannot help, say because a permission is missing."""


class Acknowledger(Protocol):
    """A way to acknowledge. May raise; AckRefused where trying again is pointless."""

    def acknowledge(self, ack: Ack) -> None:
        """Delivers one acknowledgement, in a few seconds at most."""


class NoAck:
    """Says nothing; the responder waits its timeout, then evicts."""

    def acknowledge(self, ack: Ack) -> None:
        """Does nothing."""


class MarkerAck:
    """Writes `<prefix>/_COMPLETE/<request id>` once the checkpoint is complete: durable, and no cluster rights needed.

    A prefix is a local directory, or with `put` an object prefix. Started and Failed leave no marker.
    """

    def __init__(self, prefix: str, put: Optional[PutObject] = None) -> None:
        self._prefix = prefix.rstrip("/")
        self._put = put or _put_file

    def acknowledge(self, ack: Ack) -> None:
        """Writes the marker of a complete save. Raises AckRefused for an id that would leave the prefix."""
        if ack.state != "Complete":
            return
        if any(part in ("", ".", "..") for part in ack.id.split("/")):
            raise AckRefused(f"request id {ack.id!r} is no path below the marker's prefix")
        self._put(f"{self._prefix}/_COMPLETE/{ack.id}", ack.encode().encode())


class AckSender:
    """Delivers acknowledgements in order from a thread of its own, so that a slow API server holds up no rank."""

    def __init__(self, acknowledger: Acknowledger, retry_seconds: Sequence[float] = (0.5, 1.0, 2.0)) -> None:
        self._acknowledger = acknowledger
        self._retry_seconds = retry_seconds
        self._queue: queue.Queue[Optional[Ack]] = queue.Queue()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="spot-checkpoint-ack", daemon=True)
        self._thread.start()

    def send(self, ack: Ack) -> None:
        """Queues one acknowledgement and returns at once."""
        self._queue.put(ack)

    def close(self, timeout_seconds: float = 10.0) -> None:
        """Waits until what is queued is delivered or given up, for so many seconds at most."""
        self._queue.put(None)
        self._thread.join(timeout_seconds)
        if self._thread.is_alive():
            _LOG.warning("an acknowledgement is still on its way after %.0f s and is left behind", timeout_seconds)
        self._closing.set()

    def _run(self) -> None:
        while True:
            ack = self._queue.get()
            if ack is None:
                return
            self._deliver(ack)

    def _deliver(self, ack: Ack) -> None:
        for pause in [*self._retry_seconds, None]:
            try:
                self._acknowledger.acknowledge(ack)
                _LOG.info("acknowledged %s as %s", ack.id, ack.state)
                return
            except AckRefused as error:
                _LOG.error("cannot acknowledge %s as %s: %s", ack.id, ack.state, error)
                return
            except Exception as error:
                _LOG.warning("acknowledging %s as %s failed: %s", ack.id, ack.state, error)
            # Newer news makes this one old: deliver that instead of trying again.
            if pause is None or any(self._queue.queue):
                return
            self._closing.wait(pause)


def _put_file(key: str, body: bytes) -> None:
    disk, path = Disk(), Path(key)
    disk.make_directory(path.parent)
    disk.write_file(path, lambda file: _write(file.write, body))


def _write(write: Callable[[bytes], int], body: bytes) -> None:
    write(body)
