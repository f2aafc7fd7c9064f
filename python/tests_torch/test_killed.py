import places  # noqa: F401 isort: skip
import os
import random
import signal
import time
import unittest

import torch
import torch.distributed
from saving import StoreTest, gang
from test_interruption import ByteDisk

from spot_checkpoint import SpotCheckpoint

RANKS = 3
KILLS = 30


def state_at(rank, step):
    weights = torch.full((100_000,), float(step))
    return {"rank": rank, "step": step, "weights": weights, "name": f"rank {rank} at step {step}"}


def is_state_at(state, rank, step):
    expected = state_at(rank, step)
    return state["name"] == expected["name"] and torch.equal(state["weights"], expected["weights"])


class Killed(StoreTest):
    """SIGKILL during real `torch.save`s leaves a checkpoint that loads in full, the newest or the one before."""

    def setUp(self):
        super().setUp()
        torch.set_num_threads(1)  # more would not survive the forks

    def test_at_bytes_all_over_a_save(self):
        gang(self.root).save(1, None, lambda file: torch.save(state_at(0, 1), file))
        size = gang(self.root).latest().manifest.files[0].bytes
        points = [*range(1, 40), *range(40, size, size // 60), *range(size - 40, size)]
        for point in points:
            with self.subTest(point=point):
                self.assertTrue(self.dies(lambda: self.save(2, ByteDisk(point))))
                self.assert_loads(1)
        self.save(2, None)
        self.assert_loads(2)

    def save(self, step, disk):
        gang(self.root, disk=disk).save(step, None, lambda file: torch.save(state_at(0, step), file))

    def dies(self, act):
        child = os.fork()
        if child == 0:
            try:
                act()
            finally:
                os._exit(0)
        return os.WIFSIGNALED(os.waitpid(child, 0)[1])

    def test_three_ranks_over_gloo_at_random_moments_of_their_saves(self):
        seed = random.randrange(2**32)
        moments = random.Random(seed)
        newest, cut_short = 0, 0
        for attempt in range(KILLS):
            with self.subTest(seed=seed, attempt=attempt):
                self.kill_all(self.start(attempt), moments)
                step = self.assert_loads(at_least=newest)
                cut_short += sum(not (path / "_COMPLETE").exists() for path in self.root.iterdir())
                newest = step
        self.assertGreater(newest, KILLS // 2)
        self.assertGreater(cut_short, 0)

    def start(self, attempt):
        reading, writing = os.pipe()
        children = []
        for rank in range(RANKS):
            child = os.fork()
            if child == 0:
                try:
                    self.train(rank, attempt, writing)
                finally:
                    os._exit(1)
            children.append(child)
        os.close(writing)
        return children, reading

    def train(self, rank, attempt, writing):
        meeting = f"file://{self.root.parent}/meeting-{attempt}"
        torch.distributed.init_process_group("gloo", init_method=meeting, rank=rank, world_size=RANKS)
        with SpotCheckpoint(self.root, annotations="/nonexistent", sharded=True, environment={}) as spot:
            checkpoint = spot.resume()
            step = checkpoint.step if checkpoint else 0
            while True:
                step += 1
                os.write(writing, b"s")
                spot.save(step, lambda file: torch.save(state_at(rank, step), file))

    def kill_all(self, started, moments):
        children, reading = started
        for _ in range(moments.randint(RANKS, 4 * RANKS)):
            self.assertEqual(os.read(reading, 1), b"s")
        time.sleep(moments.uniform(0, 0.02))
        for child in children:
            os.kill(child, signal.SIGKILL)
        self.assertTrue(all(os.WIFSIGNALED(os.waitpid(child, 0)[1]) for child in children))
        os.close(reading)

    def assert_loads(self, step=None, at_least=0):
        latest = gang(self.root).latest()
        found = latest.step if latest else 0
        self.assertTrue(found == step if step is not None else found >= at_least, (found, step, at_least))
        for rank in range(len(latest.manifest.files) if latest else 0):
            self.assertTrue(is_state_at(torch.load(latest.shard(rank)), rank, found))
        return found


if __name__ == "__main__":
    unittest.main()
