import places  # noqa: F401 isort: skip
import unittest

from saving import gang
from torchrun import TorchrunTest

SLOW_SAVE = """
import sys, time
import torch.distributed as dist
from spot_checkpoint import SpotCheckpoint

def slowly(file):
    print("saving", flush=True)
    time.sleep(3)
    file.write(b"state")

dist.init_process_group("gloo")
with SpotCheckpoint(sys.argv[1], annotations="/nonexistent") as spot:
    spot.save(1, lambda file: file.write(b"state"))
    print("training", flush=True)
    for step in range(2, 1_000_000):
        time.sleep(0.01)
        if spot.should_save(step):
            spot.save(step, slowly)
"""


class ShutdownTimeout(TorchrunTest):
    """torchrun kills its workers some time after SIGTERM, 30 s unless told otherwise, whatever the pod's grace."""

    def terminate_during_training(self, shutdown_timeout):
        program = self.folder / "slow_save.py"
        program.write_text(SLOW_SAVE)
        run = self.start(program, self.checkpoints, ranks=1, shutdown_timeout=shutdown_timeout)
        run.until("training")
        run.terminate()
        run.wait(1)
        self.assertIn("saving", run.output())
        return gang(self.checkpoints).latest().step

    def test_a_save_longer_than_it_is_lost_but_not_the_checkpoint_before(self):
        self.assertEqual(self.terminate_during_training(shutdown_timeout=1), 1)

    def test_a_save_shorter_than_it_is_kept(self):
        self.assertGreater(self.terminate_during_training(shutdown_timeout=100), 1)


if __name__ == "__main__":
    unittest.main()
