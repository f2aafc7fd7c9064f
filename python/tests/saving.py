"""What the tests of saving share."""

import source  # noqa: F401 isort: skip
import tempfile
import unittest
from pathlib import Path

from spot_checkpoint.agree import SingleProcess
from spot_checkpoint.gang import GangStore
from spot_checkpoint.store import Store

STATE = {step: f"the state at step {step}".encode() * 3 for step in (1, 2, 3)}


def write(content):
    return lambda file: file.write(content)


def gang(root, keep=2, disk=None, group=None, sharded=False):
    return GangStore(Store(root, keep, disk), group or SingleProcess(), sharded)


class StoreTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.root = Path(directory.name) / "checkpoints"

    def names(self):
        return sorted(path.name for path in self.root.iterdir())

    def assert_latest(self, *steps):
        latest = gang(self.root).latest()
        self.assertIn(latest.step, steps)
        self.assertEqual(latest.shard().read_bytes(), STATE[latest.step])
        return latest
