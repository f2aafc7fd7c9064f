import source  # noqa: F401 isort: skip
import unittest

from saving import STATE, StoreTest, gang, write

from spot_checkpoint.gang import CheckpointFailed


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


if __name__ == "__main__":
    unittest.main()
