import source  # noqa: F401 isort: skip
import json
import os
import subprocess
import sys
import unittest

from annotations import write_request
from looping import LoopTest

JOB = """
import sys, time
from spot_checkpoint import SpotCheckpoint, MarkerAck
root, annotations, markers = sys.argv[1:4]
with SpotCheckpoint(root, annotations=annotations, acknowledger=MarkerAck(markers), poll_seconds=0.01) as spot:
    checkpoint = spot.resume()
    first = checkpoint.step + 1 if checkpoint else 1
    print("from", first, flush=True)
    for step in range(first, 1_000_000):
        time.sleep(0.001)
        if spot.should_save(step):
            spot.save(step, lambda file: file.write(str(step).encode()))
            print("saved", step, flush=True)
"""

NAIVE = """
import signal, sys, time
stop = []
signal.signal(signal.SIGTERM, lambda *_: stop.append(1))
print("from", 1, flush=True)
while not stop:
    time.sleep(0.001)
sys.exit(0)
"""


class RealProcess(LoopTest):
    def start(self, program=JOB):
        arguments = [str(self.root), str(self.file), str(self.folder / "markers")]
        process = subprocess.Popen(
            [sys.executable, "-c", program, *arguments],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": source.SOURCE},
        )
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process, int(process.stdout.readline().split()[1])

    def test_flag_then_complete_then_terminate_resumes_at_the_saved_step(self):
        process, first = self.start()
        self.assertEqual(first, 1)
        write_request(self.file, "i-0abc/spot-interruption", deadline="2999-01-01T00:00:00Z")
        flagged = int(process.stdout.readline().split()[1])
        process.terminate()
        self.assertEqual(process.wait(30), 143)
        marker = json.loads((self.folder / "markers/_COMPLETE/i-0abc/spot-interruption").read_text())
        self.assertEqual((marker["state"], marker["step"]), ("Complete", flagged))
        _, resumed = self.start()
        self.assertGreater(resumed, flagged)

    def test_the_usual_handler_exits_0_which_ends_a_job_for_good(self):
        process, _ = self.start(NAIVE)
        process.terminate()
        self.assertEqual(process.wait(30), 0)


if __name__ == "__main__":
    unittest.main()
