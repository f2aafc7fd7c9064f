import source  # noqa: F401 isort: skip
import os
import unittest

from saving import STATE, StoreTest, gang, write

from spot_checkpoint.disk import Disk


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

    def test_what_a_library_wrote_in_folders_survives(self):
        disk = ForgetfulDisk(self.root.parent)

        def files(directory):
            folder = directory / "sub" / "deep"
            disk.made += [folder, folder.parent]
            folder.mkdir(parents=True)
            (folder / "a.bin").write_bytes(b"a")
            disk.dirty.add((folder / "a.bin").stat().st_ino)

        gang(self.root, disk=disk).save_files(1, None, files)
        disk.lose_power()
        self.assertEqual(gang(self.root).latest().step, 1)

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
