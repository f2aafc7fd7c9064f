"""What the tests of the trainers share."""

import source  # noqa: F401 isort: skip
import signal
import sys
import tempfile
import unittest
import unittest.mock
from pathlib import Path

from annotations import NOW

from spot_checkpoint import SpotCheckpoint


class FrameworkTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.root, self.file = Path(directory.name) / "out", Path(directory.name) / "annotations"
        self.addCleanup(signal.signal, signal.SIGTERM, signal.getsignal(signal.SIGTERM))

    def spot(self):
        return SpotCheckpoint(self.root, annotations=self.file, environment={}, now=lambda: NOW, poll_seconds=60)

    def install(self, **modules):
        named = {name.replace("__", "."): module for name, module in modules.items()}
        patch = unittest.mock.patch.dict(sys.modules, named)
        patch.start()
        self.addCleanup(patch.stop)
