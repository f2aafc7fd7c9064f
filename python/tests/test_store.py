import source  # noqa: F401 isort: skip
import os
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from ranks import run_ranks
from spot_checkpoint.agree import SingleProcess
from spot_checkpoint.disk import Disk
from spot_checkpoint.gang import CheckpointFailed, GangStore
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


class Saving(StoreTest):
    def test_an_empty_or_absent_root_has_no_checkpoint(self):
        self.assertIsNone(gang(self.root).latest())

    def test_finds_what_was_saved_last(self):
        for step in (1, 2):
            path = gang(self.root).save(step, f"request-{step}", write(STATE[step]))
        latest = self.assert_latest(2)
        self.assertEqual(latest.path, path)
        self.assertEqual(latest.manifest.request_id, "request-2")

    def test_the_newest_save_counts_also_where_its_step_is_lower(self):
        for step in (3, 1):
            gang(self.root, keep=1).save(step, None, write(STATE[step]))
        self.assert_latest(1)

    def test_keeps_the_newest_and_removes_leftovers(self):
        (self.root / "save-00000001-step-000000009").mkdir(parents=True)
        (self.root / "somebody-elses").mkdir()
        for step in (1, 2, 3):
            gang(self.root, keep=2).save(step, None, write(STATE[step]))
        self.assertEqual(
            self.names(), ["save-00000003-step-000000002", "save-00000004-step-000000003", "somebody-elses"]
        )

    def test_a_writer_of_any_kind_of_bytes_is_hashed_right(self):
        def many(file):
            file.write(b"")
            file.write(bytearray(b"ab"))
            file.write(memoryview(b"a-b-c-")[::2])
            file.write(memoryview(b"12345678").cast("i"))

        gang(self.root).save(1, None, many)
        self.assertEqual(gang(self.root).latest().shard().read_bytes(), b"ababc12345678")

    def test_a_save_that_fails_leaves_the_one_before(self):
        gang(self.root).save(1, None, write(STATE[1]))

        def fail(file):
            file.write(b"half")
            raise OSError(28, "No space left on device")

        with self.assertRaises(CheckpointFailed) as caught:
            gang(self.root).save(2, None, fail)
        self.assertIsInstance(caught.exception.__cause__, OSError)
        self.assert_latest(1)

    def test_files_of_a_library_are_sealed_with_their_folders(self):
        def files(directory):
            (directory / "sub" / "deep").mkdir(parents=True)
            (directory / "sub" / "deep" / "a.bin").write_bytes(b"a")
            (directory / "b.bin").write_bytes(b"")

        gang(self.root).save_files(5, None, files)
        latest = gang(self.root).latest()
        self.assertEqual([record.name for record in latest.manifest.files], ["b.bin", "sub/deep/a.bin"])

    def test_a_save_without_files_is_no_checkpoint(self):
        with self.assertRaises(CheckpointFailed):
            gang(self.root).save_files(5, None, lambda directory: None)
        self.assertIsNone(gang(self.root).latest())

    def test_a_folder_written_anew_after_sealing_is_not_complete_until_sealed_again(self):
        folder = self.root / "checkpoint-5"
        folder.mkdir(parents=True)
        (folder / "a").write_bytes(b"old")
        gang(self.root).seal(5, None, folder)
        (folder / "a").write_bytes(b"new")
        self.assertIsNone(gang(self.root).latest())
        gang(self.root).seal(5, None, folder)
        self.assertEqual(gang(self.root).latest().path, folder)


class Damage(StoreTest):
    def setUp(self):
        super().setUp()
        for step in (1, 2):
            self.newest = gang(self.root).save(step, None, write(STATE[step]))

    def test_falls_back_when_the_newest_is_damaged(self):
        shard, manifest = self.newest / "shard-00000-of-00001", self.newest / "_COMPLETE"
        whole, text = shard.read_bytes(), manifest.read_bytes()
        damages = {
            "a flipped byte": (shard, b"X" + whole[1:]),
            "a truncated shard": (shard, whole[:-1]),
            "a longer shard": (shard, whole + b"x"),
            "no manifest": (manifest, None),
            "half a manifest": (manifest, text[: len(text) // 2]),
            "an empty manifest": (manifest, b""),
            "a manifest of another format": (manifest, text.replace(b'"format": 1', b'"format": 2')),
            "a manifest that leaves its folder": (manifest, text.replace(b"shard-", b"../x/shard-")),
            "no shard": (shard, None),
        }
        for name, (path, content) in damages.items():
            with self.subTest(name):
                path.unlink() if content is None else path.write_bytes(content)
                self.assert_latest(1)
                shard.write_bytes(whole)
                manifest.write_bytes(text)
        self.assert_latest(2)


class ManyRanks(StoreTest):
    def save(self, ranks, step, fail_rank=None):
        def act(group):
            def shard(file):
                file.write(f"{group.rank}@{step}".encode())
                if group.rank == fail_rank:
                    raise OSError("disk gone")

            return gang(self.root, group=group, sharded=True).save(step, None, shard)

        return run_ranks(ranks, act)

    def latest(self, ranks):
        return run_ranks(ranks, lambda group: gang(self.root, group=group, sharded=True).latest())

    def test_every_rank_has_its_shard_in_one_checkpoint(self):
        self.assertEqual(len(set(self.save(3, 7))), 1)
        for rank, checkpoint in enumerate(self.latest(3)):
            self.assertEqual(checkpoint.shard(rank).read_text(), f"{rank}@7")

    def test_one_rank_that_fails_fails_the_save_on_all(self):
        self.save(3, 7)
        results = self.save(3, 8, fail_rank=2)
        self.assertTrue(all(isinstance(result, CheckpointFailed) for result in results), results)
        self.assertEqual({checkpoint.step for checkpoint in self.latest(3)}, {7})

    def test_a_marker_that_is_missing_or_lies_keeps_the_checkpoint_incomplete(self):
        for damage in (
            lambda path: path.unlink(),
            lambda path: path.write_text("{}"),
            lambda path: path.write_text('{"files": [{"name": "shard-00000-of-00001", "bytes": 9, "sha256": ""}]}'),
        ):
            store = Store(self.root)
            directory = store.open_save(store.next_sequence(), 1)
            store.write_shard(directory, 0, 1, write(b"12345"))
            damage(directory / "_shard-00000.json")
            with self.assertRaises((OSError, ValueError)):
                store.complete_save(directory, 1, 1, 1, None)
            self.assertEqual(store.complete(), [])

    def test_damage_that_only_one_rank_reads_moves_all_to_the_one_before(self):
        self.save(3, 7)
        newest = self.save(3, 8)[0]
        (newest / "shard-00002-of-00003").write_bytes(b"x@8")
        self.assertEqual({checkpoint.step for checkpoint in self.latest(3)}, {7})

    def test_a_job_of_another_size_finds_the_same_checkpoint(self):
        self.save(3, 7)
        self.assertEqual([checkpoint.step for checkpoint in self.latest(2)], [7, 7])
        self.assertEqual(len(self.latest(1)[0].manifest.files), 3)

    def test_unsharded_only_rank_0_writes(self):
        run_ranks(3, lambda group: gang(self.root, group=group).save(1, None, write(str(group.rank).encode())))
        for checkpoint in self.latest(3):
            self.assertEqual(checkpoint.shard().read_bytes(), b"0")
            with self.assertRaises(LookupError):
                checkpoint.shard(1)

    def test_ranks_seal_a_share_of_the_files_each(self):
        def files(group):
            return gang(self.root, group=group).save_files(
                4, None, lambda directory: (directory / f"part-{group.rank}").write_text("x")
            )

        run_ranks(3, files)
        self.assertEqual([len(checkpoint.manifest.files) for checkpoint in self.latest(3)], [3, 3, 3])


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


for _name in ("open_new", "write", "sync_file", "rename", "sync_directory", "remove_file", "remove_tree"):
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
        self.assertGreater(at, 18)

    def test_a_kill_at_any_step(self):
        at = 1
        while True:
            self.begin()
            if not self.killed(KilledDisk(at)):
                break
            self.assert_usable()
            at += 1
        self.assertGreater(at, 18)

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


class ForgetfulDisk(Disk):
    """Remembers what was never synced, and loses it as a power cut may."""

    def __init__(self, root):
        self.dirty, self.renamed, self.made, self.root = set(), [], [], root

    def open_new(self, path):
        file = super().open_new(path)
        self.dirty.add(os.fstat(file.fileno()).st_ino)
        return file

    def sync_file(self, file):
        super().sync_file(file)
        self.dirty.discard(os.fstat(file.fileno()).st_ino)

    def make_directory(self, path):
        missing = [parent for parent in [path, *path.parents] if not parent.exists()]
        self.made += missing
        super().make_directory(path)

    def rename(self, origin, target):
        super().rename(origin, target)
        self.renamed.append(target)

    def sync_directory(self, path):
        super().sync_directory(path)
        self.renamed = [target for target in self.renamed if target.parent != path]
        self.made = [made for made in self.made if made.parent != path]

    def lose_power(self):
        for path in list(self.root.rglob("*")):
            if path.is_file() and path.stat().st_ino in self.dirty:
                path.write_bytes(b"")
        for target in self.renamed:
            target.rename(target.with_name(target.name + ".tmp"))
        for made in reversed(self.made):
            if made.exists():
                Disk().remove_tree(made)


class PowerCut(StoreTest):
    def test_what_save_returned_survives(self):
        disk = ForgetfulDisk(self.root.parent)
        gang(self.root, disk=disk).save(1, None, write(STATE[1]))
        disk.lose_power()
        self.assert_latest(1)

    def test_the_test_itself_notices_a_missing_sync(self):
        for missing in ("sync_file", "sync_directory"):
            with self.subTest(missing):
                disk = ForgetfulDisk(self.root.parent)
                setattr(disk, missing, lambda *_: None)
                gang(self.root, disk=disk).save(1, None, write(STATE[1]))
                disk.lose_power()
                self.assertIsNone(gang(self.root).latest())


if __name__ == "__main__":
    unittest.main()
