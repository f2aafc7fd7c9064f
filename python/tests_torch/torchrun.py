"""Starts programs under the real torchrun, each with its output in a file."""

import places  # noqa: F401 isort: skip
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

import source

PATIENCE_SECONDS = 180
"""For a machine that has much else to do; nothing waits so long where all is well."""


class Torchrun:
    """One torchrun with its workers, in a process group of their own."""

    def __init__(self, folder, program, *arguments, ranks=3, shutdown_timeout=100):
        self._log = tempfile.NamedTemporaryFile(dir=folder, suffix=".log")
        self.agent = subprocess.Popen(
            [sys.executable, "-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={ranks}"]
            + [f"--shutdown-timeout={shutdown_timeout}", str(program), *map(str, arguments)],
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env={**os.environ, "PYTHONPATH": source.SOURCE, "OMP_NUM_THREADS": "1"},
        )

    def output(self):
        return Path(self._log.name).read_text()

    def until(self, pattern):
        """Waits for a line that matches from its start; returns the match."""
        end = time.monotonic() + PATIENCE_SECONDS
        while True:
            ended = self.agent.poll() is not None
            match = re.search(f"^{pattern}", self.output(), re.MULTILINE)
            if match:
                return match
            if ended or time.monotonic() > end:
                raise AssertionError(f"{pattern!r} never came:\n{self.output()}")
            time.sleep(0.02)

    def terminate(self):
        """SIGTERM to the agent alone, as a container runtime does it."""
        self.agent.send_signal(signal.SIGTERM)

    def wait(self, expected):
        """Waits for its end; another exit code is told with all that was printed."""
        code = self.agent.wait(PATIENCE_SECONDS)
        if code != expected:
            raise AssertionError(f"ended with {code}, not {expected}:\n{self.output()}")

    def close(self):
        """Kills what is left of it at once."""
        try:
            os.killpg(self.agent.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.agent.wait()
        self._log.close()


class TorchrunTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.folder = Path(directory.name)
        self.checkpoints, self.annotations = self.folder / "checkpoints", self.folder / "annotations"

    def start(self, program, *arguments, **options):
        run = Torchrun(self.folder, program, *arguments, **options)
        self.addCleanup(run.close)
        return run
