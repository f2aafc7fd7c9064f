"""What the tests of the loop share."""

import source  # noqa: F401 isort: skip
import signal
import tempfile
import threading
import unittest
from pathlib import Path

from annotations import NOW

from spot_checkpoint import SpotCheckpoint


class Acks:
    """Keeps what was acknowledged."""

    def __init__(self):
        self.all = []
        self.arrived = threading.Event()

    def acknowledge(self, ack):
        self.all.append((ack.id, ack.state, ack.step))
        self.arrived.set()


class LoopTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.folder = Path(directory.name)
        self.root, self.file = self.folder / "checkpoints", self.folder / "annotations"
        self.acks = Acks()
        self.addCleanup(signal.signal, signal.SIGTERM, signal.getsignal(signal.SIGTERM))

    def spot(self, **options):
        settings = {"annotations": self.file, "acknowledger": self.acks, "environment": {}, "now": lambda: NOW}
        return SpotCheckpoint(self.root, **{**settings, "poll_seconds": 0.01, **options})


def write_step(step):
    return lambda file: file.write(str(step).encode())


def fail(file):
    raise OSError(28, "No space left on device")
