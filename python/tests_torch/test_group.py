import places  # noqa: F401 isort: skip
import os
import unittest

import torch.distributed
from saving import StoreTest

from spot_checkpoint import SpotCheckpoint


class Group(StoreTest):
    """The gloo group that the ranks agree over."""

    def setUp(self):
        super().setUp()
        meeting = f"file://{self.root.parent}/meeting"
        environment = {"RANK": "0", "WORLD_SIZE": "1"}
        torch.distributed.init_process_group("gloo", init_method=meeting, rank=0, world_size=1)
        self.addCleanup(torch.distributed.destroy_process_group)
        self.before = self.threads()
        self.spot = SpotCheckpoint(self.root, annotations="/nonexistent", environment=environment)

    def threads(self):
        return set(os.listdir("/proc/self/task"))

    def test_none_of_its_threads_outlives_the_context(self):
        with self.spot as spot:
            self.assertFalse(spot.should_save(1))
            self.assertGreater(len(self.threads() - self.before), 2)  # more than the package's own
        self.assertEqual(self.threads() - self.before, set())

    def test_nor_a_termination(self):
        with self.assertRaises(SystemExit), self.spot as spot:
            spot.should_save(1)
            raise SystemExit(143)
        self.assertEqual(self.threads() - self.before, set())

    def test_another_error_is_not_held_up_by_a_collective_under_way(self):
        with self.assertRaises(RuntimeError), self.spot:
            raise RuntimeError("training broke")
        self.assertNotEqual(self.threads() - self.before, set())


if __name__ == "__main__":
    unittest.main()
