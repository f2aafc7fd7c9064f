"""Notices a request in the annotations file, or a SIGTERM, without troubling the training loop."""

from __future__ import annotations

import logging
import signal
import threading
from types import FrameType
from typing import Any, Callable, Optional

from .request import CheckpointRequest, RequestFile

_LOG = logging.getLogger("spot_checkpoint")


class Watcher:
    """Polls a request file from a thread of its own and remembers SIGTERM.

    `on_request` is called once for each new request id, from the watcher's thread.
    """

    def __init__(
        self, file: RequestFile, on_request: Callable[[CheckpointRequest], None], poll_seconds: float = 0.5
    ) -> None:
        self.terminating = False
        """True once SIGTERM arrived. A plain attribute: a signal handler must take no lock."""
        self.request: Optional[CheckpointRequest] = None
        """The request in force when the file was last read."""
        self._file = file
        self._on_request = on_request
        self._poll_seconds = poll_seconds
        self._seen: set[str] = set()
        self._stopped = threading.Event()
        self._thread: Optional[threading.Thread] = None
        self._previous: Any = None
        self._handler: Optional[Callable[[int, Optional[FrameType]], None]] = None

    def start(self) -> None:
        """Takes SIGTERM and starts polling; the file is read once before this returns."""
        self.take_sigterm()
        self.poll()
        self._thread = threading.Thread(target=self._run, name="spot-checkpoint-watcher", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stops polling and gives SIGTERM back, unless somebody else took it meanwhile."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()
        if self._handler is not None and signal.getsignal(signal.SIGTERM) is self._handler:
            signal.signal(signal.SIGTERM, signal.SIG_DFL if self._previous is None else self._previous)
        self._handler = None

    def poll(self) -> None:
        """Reads the file once. Nothing that goes wrong here reaches the training."""
        try:
            self.request = self._file.read()
            if self.request is not None and self.request.id not in self._seen:
                self._seen.add(self.request.id)
                _LOG.info("checkpoint requested: %s (%s)", self.request.id, self.request.reason)
                self._on_request(self.request)
        except Exception:
            _LOG.exception("reading the checkpoint request failed")

    def take_sigterm(self, chain: bool = True) -> None:
        """Remembers SIGTERM instead of dying of it; with `chain`, the handler there before is called as well.

        Call it again with `chain=False` where a framework has taken SIGTERM since to stop on its own.
        """
        if threading.current_thread() is not threading.main_thread():
            _LOG.warning("not the main thread: SIGTERM is not watched, only checkpoint requests are")
            return
        current = signal.getsignal(signal.SIGTERM)
        if self._handler is not None and current is self._handler:
            return
        if self._handler is None:
            self._previous = current
        chained = current if chain and callable(current) else None

        def remember(signum: int, frame: Optional[FrameType]) -> None:
            self.terminating = True
            if chained is not None:
                chained(signum, frame)

        self._handler = remember
        signal.signal(signal.SIGTERM, remember)

    def _run(self) -> None:
        while not self._stopped.wait(self._poll_seconds):
            self.poll()
