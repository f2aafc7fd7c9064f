"""Writes that are either there in full after a crash or not there at all."""

from __future__ import annotations

import errno
import hashlib
import io
import logging
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Callable, cast

_LOG = logging.getLogger("spot_checkpoint")
_CHUNK_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True)
class FileRecord:
    """A file as it was made durable. `name` is relative to its checkpoint's directory, with forward slashes."""

    name: str
    bytes: int
    sha256: str


class Disk:
    """The steps a durable write is made of. Each is a method, so that tests can fail any one of them."""

    def write_file(self, path: Path, write: Callable[[BinaryIO], None]) -> tuple[int, str]:
        """Makes `path` hold what `write` writes, durably; returns its size in bytes and its SHA-256.

        Written beside the target, synced, then renamed over it: a crash leaves the old file or the new one.
        """
        temporary = path.with_name(f"{path.name}.tmp")
        with self.open_new(temporary) as file:
            counted = _CountedWriter(self, file)
            write(cast(BinaryIO, counted))
            self.sync_file(file)
        self.rename(temporary, path)
        self.sync_directory(path.parent)
        return counted.size, counted.digest.hexdigest()

    def make_directory(self, path: Path) -> None:
        """Creates a directory, and its parents, durably. One that exists is fine."""
        if path.is_dir():
            return
        self.make_directory(path.parent)
        path.mkdir(exist_ok=True)
        self.sync_directory(path.parent)

    def sync_existing(self, path: Path) -> tuple[int, str]:
        """Makes the content of a file that something else wrote durable; returns its size in bytes and its SHA-256.

        Its directory is the caller's to sync, once for all its files.
        """
        with path.open("rb") as file:
            self.sync_file(file)
        return hash_file(path)

    def open_new(self, path: Path) -> BinaryIO:
        return path.open("wb", buffering=0)

    def write(self, file: BinaryIO, data: memoryview) -> int:
        return file.write(data)

    def sync_file(self, file: BinaryIO) -> None:
        os.fsync(file.fileno())

    def rename(self, source: Path, target: Path) -> None:
        os.replace(source, target)

    def sync_directory(self, path: Path) -> None:
        """Makes renames and creations in a directory durable, where the file system has such a thing."""
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        except OSError as error:
            if error.errno not in (errno.EINVAL, errno.ENOTSUP):
                raise
            _LOG.debug("%s: this file system cannot sync directories", path)
        finally:
            os.close(handle)

    def remove_tree(self, path: Path) -> None:
        shutil.rmtree(path)


def hash_file(path: Path) -> tuple[int, str]:
    """Size in bytes and SHA-256 of a file as it can be read now."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while True:
            chunk = file.read(_CHUNK_BYTES)
            if not chunk:
                return size, digest.hexdigest()
            digest.update(chunk)
            size += len(chunk)


class _CountedWriter(io.RawIOBase):
    """Hashes what passes through, so that a checkpoint is not read a second time. It cannot seek on purpose."""

    def __init__(self, disk: Disk, file: BinaryIO) -> None:
        super().__init__()
        self.size = 0
        self.digest = hashlib.sha256()
        self._disk = disk
        self._file = file

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        # Writing to the descriptor directly would go past the hash.
        raise io.UnsupportedOperation("fileno")

    def write(self, data) -> int:  # type: ignore[no-untyped-def]
        view = memoryview(data)
        if view.nbytes == 0:
            return 0
        view = view.cast("B") if view.c_contiguous else memoryview(view.tobytes())
        done = 0
        while done < len(view):
            done += self._disk.write(self._file, view[done:])
        self.digest.update(view)
        self.size += len(view)
        return len(view)
