import source  # noqa: F401 isort: skip
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

from annotations import write_request

RANK = """
import socket, sys, time
from ranks import SocketGroup
from spot_checkpoint import MarkerAck, SpotCheckpoint
root, annotations, markers, rank, world, number = sys.argv[1:]
listener = socket.socket(fileno=int(number)) if rank == "0" else None
group = SocketGroup(int(rank), int(world), listener, int(number))
with SpotCheckpoint(root, annotations=annotations, acknowledger=MarkerAck(markers), group=group, sharded=True,
                    poll_seconds=0.01) as spot:
    checkpoint = spot.resume()
    step = checkpoint.step if checkpoint else 0
    if checkpoint:
        assert checkpoint.shard(group.rank).read_text() == f"{rank}@{step}", checkpoint
    print("from", step, flush=True)
    while True:
        step += 1
        time.sleep(0.001)
        if spot.should_save(step):
            spot.save(step, lambda file: file.write(f"{rank}@{step}".encode()))
            print("saved", step, flush=True)
"""


class ThreeProcesses(unittest.TestCase):
    """Three ranks as processes of their own, each with the annotations file of its own pod."""

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.folder = Path(directory.name)

    def start(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
            return [self.start_rank(rank, listener, port) for rank in range(3)]

    def start_rank(self, rank, listener, port):
        folder = self.folder
        number = listener.fileno() if rank == 0 else port
        arguments = [folder / "checkpoints", folder / f"annotations-{rank}", folder / "markers", rank, 3, number]
        process = subprocess.Popen(
            [sys.executable, "-c", RANK, *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            pass_fds=[listener.fileno()],
            env={**os.environ, "PYTHONPATH": os.pathsep.join([source.SOURCE, str(Path(__file__).parent)])},
        )
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def said(self, ranks):
        return {rank.stdout.readline().strip() for rank in ranks}

    def test_a_request_to_any_one_pod_has_all_save_the_same_step(self):
        for doomed in (0, 2):
            with self.subTest(doomed=doomed):
                ranks = self.start()
                self.assertEqual(len(self.said(ranks)), 1)
                write_request(self.folder / f"annotations-{doomed}", f"i-{doomed}", deadline="2999-01-01T00:00:00Z")
                saved = self.said(ranks)
                self.assertEqual(len(saved), 1)
                self.assertRegex(saved.pop(), r"saved \d+")
                self.wait_for(self.folder / "markers" / "_COMPLETE" / f"i-{doomed}")
                for rank in ranks:
                    rank.kill()
                    rank.wait()

    def test_a_sigterm_to_one_rank_ends_all_with_143_and_all_resume_at_one_step(self):
        ranks = self.start()
        self.said(ranks)
        ranks[1].send_signal(signal.SIGTERM)
        self.assertEqual([rank.wait(30) for rank in ranks], [143] * 3)
        resumed = self.said(self.start())
        self.assertEqual(len(resumed), 1)
        self.assertNotEqual(resumed, {"from 0"})

    def test_a_rank_killed_while_all_save_leaves_the_checkpoint_before(self):
        ranks = self.start()
        self.said(ranks)
        write_request(self.folder / "annotations-0", "i-1", deadline="2999-01-01T00:00:00Z")
        (saved,) = self.said(ranks)
        write_request(self.folder / "annotations-0", "i-2", deadline="2999-01-01T00:00:00Z")
        ranks[2].kill()
        self.assertNotIn(0, [rank.wait(30) for rank in ranks])
        (resumed,) = self.said(self.start())
        self.assertGreaterEqual(int(resumed.split()[1]), int(saved.split()[1]))

    def wait_for(self, path):
        end = time.monotonic() + 20
        while not path.exists():
            self.assertLess(time.monotonic(), end, f"{path} never came")
            time.sleep(0.01)


if __name__ == "__main__":
    unittest.main()
