import source  # noqa: F401 isort: skip
import os
import signal
import subprocess
import sys
import unittest

from saving import STATE, StoreTest, gang, write

from spot_checkpoint.disk import Disk
from spot_checkpoint.gang import CheckpointFailed


class FailingDisk(Disk):
    """Counts the steps of a save and lets the one numbered `at` fail."""

    def __init__(self, at):
        self.at, self.count = at, 0

    def step(self):
        self.count += 1
        if self.count == self.at:
            self.fail()

    def fail(self):
        raise OSError(5, "injected")


def _counted(name):
    def method(self, *arguments):
        self.step()
        return getattr(Disk, name)(self, *arguments)

    return method


for _name in ("open_new", "write", "sync_file", "rename", "sync_directory", "remove_tree"):
    setattr(FailingDisk, _name, _counted(_name))


class KilledDisk(FailingDisk):
    """The process dies at that step."""

    def fail(self):
        os.kill(os.getpid(), signal.SIGKILL)


class ByteDisk(Disk):
    """The process dies once it has written so many bytes, in the middle of a write where it falls so."""

    def __init__(self, left):
        self.left = left

    def write(self, file, data):
        done = super().write(file, data[: self.left])
        self.left -= done
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return done

    def sync_file(self, file):
        pass  # a killed process loses nothing that it has written

    def sync_directory(self, path):
        pass


class Interruption(StoreTest):
    """Whatever the moment, the checkpoint before, or the new one, loads in full, and saving goes on."""

    def killed(self, disk):
        child = os.fork()
        if child == 0:
            try:
                gang(self.root, keep=1, disk=disk).save(2, None, write(STATE[2]))
            finally:
                os._exit(0)
        return os.WIFSIGNALED(os.waitpid(child, 0)[1])

    def begin(self):
        if self.root.exists():
            Disk().remove_tree(self.root)
        gang(self.root).save(1, None, write(STATE[1]))

    def assert_usable(self):
        self.assert_latest(1, 2)
        gang(self.root, keep=1).save(3, None, write(STATE[3]))
        self.assert_latest(3)
        self.assertEqual(len(self.names()), 1)

    def test_an_error_at_any_step(self):
        at = 0
        while True:
            at += 1
            self.begin()
            disk = FailingDisk(at)
            try:
                gang(self.root, keep=1, disk=disk).save(2, None, write(STATE[2]))
                self.assert_latest(2)
            except CheckpointFailed:
                self.assert_latest(1, 2)
            if disk.count < at:
                break
            self.assert_usable()
        self.assertGreater(at, 16)

    def test_a_kill_at_any_step(self):
        at = 1
        while True:
            self.begin()
            if not self.killed(KilledDisk(at)):
                break
            self.assert_usable()
            at += 1
        self.assertGreater(at, 16)

    def test_a_kill_at_any_byte(self):
        self.begin()
        left = 1
        while self.killed(ByteDisk(left)):
            self.assert_latest(1, 2)
            left += 1
            if left % 50 == 0:
                self.assert_usable()
                self.begin()
        self.assertGreater(left, len(STATE[2]) + 300)

    def test_a_kill_of_a_separate_process_in_the_middle_of_a_write(self):
        self.begin()
        program = (
            "import sys\nfrom spot_checkpoint.agree import SingleProcess\nfrom spot_checkpoint.gang import GangStore\n"
            "from spot_checkpoint.store import Store\n"
            "def slow(file):\n    file.write(b'x' * 100_000)\n    print('half', flush=True)\n    sys.stdin.read()\n"
            "GangStore(Store(sys.argv[1]), SingleProcess(), False).save(2, None, slow)\n"
        )
        process = subprocess.Popen(
            [sys.executable, "-c", program, str(self.root)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": source.SOURCE},
        )
        with process:
            self.assertEqual(process.stdout.readline().strip(), b"half")
            process.kill()
        self.assert_latest(1)
        self.assert_usable()


if __name__ == "__main__":
    unittest.main()
