import places  # noqa: F401 isort: skip
import json
import time
import unittest

from annotations import write_request
from torchrun import PATIENCE_SECONDS, TorchrunTest

REQUEST = "i-0abc/spot-interruption"
SHARDS = ["shard-00000-of-00003", "shard-00001-of-00003", "shard-00002-of-00003"]


class Ddp(TorchrunTest):
    """The example: three ranks over gloo, each a process of its own."""

    def train(self, checkpoints):
        where = ["--checkpoints", checkpoints, "--annotations", self.annotations]
        size = ["--epochs", 2, "--steps-per-epoch", 60, "--step-seconds", 0.02]
        return self.start(places.EXAMPLE, *where, *size)

    def finish(self, run):
        result = run.until(r"finished with loss \S+ weights \S+").group()
        run.wait(0)
        return result

    def manifests(self):
        return [json.loads(path.read_text()) for path in self.checkpoints.glob("*/_COMPLETE")]

    def saved_for(self, request):
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            for manifest in self.manifests():
                if manifest["request"] == request:
                    return manifest
            time.sleep(0.02)
        raise AssertionError(f"{request} never led to a checkpoint")

    def test_all_ranks_save_one_step_train_on_and_end_with_the_weights_of_an_undisturbed_run(self):
        undisturbed = self.finish(self.train(self.folder / "undisturbed"))
        run = self.train(self.checkpoints)
        run.until("step 5 ")
        write_request(self.annotations, REQUEST, deadline="2999-01-01T00:00:00Z")
        saved = self.saved_for(REQUEST)
        self.assertEqual([file["name"] for file in saved["files"]], SHARDS)
        run.until(f"step {saved['step'] + 1} ")

        run.terminate()
        run.wait(1)  # torchrun's own, whatever its workers end with
        stopped = run.until(r"terminated after step (\d+)").group(1)
        resumed = self.train(self.checkpoints)
        resumed.until(f"resumed after step {stopped}$")
        self.assertEqual(self.finish(resumed), undisturbed)
        self.assertIn(120, [manifest["step"] for manifest in self.manifests()])


if __name__ == "__main__":
    unittest.main()
