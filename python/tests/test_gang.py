import source  # noqa: F401 isort: skip
import unittest

from ranks import run_ranks
from saving import StoreTest, gang, write

from spot_checkpoint.gang import CheckpointFailed
from spot_checkpoint.store import Store


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


if __name__ == "__main__":
    unittest.main()
