"""Checkpoints in a directory. One counts only once `_COMPLETE` names every file with its size and SHA-256.

    <root>/save-00000007-step-000001200/
        shard-00000-of-00002   shard-00001-of-00002     what the ranks wrote
        _shard-00000.json      _shard-00001.json        each rank: mine are durable
        _COMPLETE                                       the manifest, last of all

Every save gets a directory of its own, so no save can harm an older checkpoint. The root is shared by all ranks.
"""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import BinaryIO, Callable, Optional, Union

from .disk import Disk, FileRecord, hash_file
from .manifest import (
    MANIFEST_NAME,
    Checkpoint,
    MalformedManifest,
    Manifest,
    decode_manifest,
    decode_marker,
    encode_manifest,
    encode_marker,
    marker_name,
    shard_name,
)

StateWriter = Callable[[BinaryIO], None]
"""Writes one rank's state to a file that cannot seek, as `torch.save(state, file)` or `pickle.dump(state, file)` do."""

_LOG = logging.getLogger("spot_checkpoint")
_OWN_NAME = re.compile(r"save-(\d{8,})-step-(\d+)")


class Store:
    """The checkpoints under `root`; the `keep` newest complete ones stay."""

    def __init__(self, root: Union[str, Path], keep: int = 2, disk: Optional[Disk] = None) -> None:
        if keep < 1:
            raise ValueError("keep must be at least 1")
        self.root = Path(root)
        self._keep = keep
        self._disk = disk or Disk()

    def next_sequence(self) -> int:
        """One more than any save here, complete or not, so that nothing is ever written over."""
        taken = [int(match.group(1)) for match in map(_OWN_NAME.fullmatch, self._names()) if match]
        return max([0, *taken, *(checkpoint.manifest.sequence for checkpoint in self.complete())]) + 1

    def open_save(self, sequence: int, step: int) -> Path:
        """The directory of a new save, made durable. Each rank calls it; all get the same one."""
        directory = self.root / f"save-{sequence:08d}-step-{step:09d}"
        self._disk.make_directory(directory)
        return directory

    def write_shard(self, directory: Path, rank: int, shards: int, write: StateWriter) -> None:
        """Makes one rank's shard durable, then says so in its marker."""
        name = shard_name(rank, shards)
        size, sha256 = self._disk.write_file(directory / name, write)
        self._mark(directory, rank, [FileRecord(name, size, sha256)])

    def seal_share(self, directory: Path, rank: int, ranks: int) -> None:
        """Makes durable one rank's share of the files that something else wrote, then says so in its marker."""
        records, parents = [], {directory, directory.parent}
        for path in _payload(directory)[rank::ranks]:
            size, sha256 = self._disk.sync_existing(path)
            name = path.relative_to(directory)
            records.append(FileRecord(name.as_posix(), size, sha256))
            parents.update(directory / parent for parent in name.parents)
        for parent in parents:
            self._disk.sync_directory(parent)
        self._mark(directory, rank, records)

    def complete_save(self, directory: Path, ranks: int, sequence: int, step: int, request_id: Optional[str]) -> None:
        """Gathers the markers of `ranks` ranks into the manifest. Raises OSError or ValueError where one is amiss."""
        files: list[FileRecord] = []
        for rank in range(ranks):
            files += decode_marker((directory / marker_name(rank)).read_bytes())
        for record in files:
            _check_size(directory, record)
        present = {path.relative_to(directory).as_posix() for path in _payload(directory)}
        missed = sorted(present - {record.name for record in files})
        if missed or not files:
            raise MalformedManifest(f"no rank vouches for {missed}" if missed else "the checkpoint has no files")
        manifest = Manifest(sequence, step, request_id, tuple(sorted(files, key=lambda record: record.name)))
        content = encode_manifest(manifest)
        self._disk.write_file(directory / MANIFEST_NAME, lambda file: _write_all(file, content))

    def complete(self) -> list[Checkpoint]:
        """The checkpoints that say they are complete and whose files have their sizes, newest first."""
        found = [checkpoint for checkpoint in map(self._load, self._names()) if checkpoint]
        return sorted(found, key=lambda checkpoint: checkpoint.manifest.sequence, reverse=True)

    def is_intact(self, checkpoint: Checkpoint, share: int = 0, shares: int = 1) -> bool:
        """Whether one share of a checkpoint's files, each rank's own, still has the SHA-256 it was saved with."""
        for record in checkpoint.manifest.files[share::shares]:
            if hash_file(checkpoint.path / record.name) != (record.bytes, record.sha256):
                _LOG.warning("%s is damaged: %s is not what was saved", checkpoint.path, record.name)
                return False
        return True

    def prune(self) -> None:
        """Removes our own complete checkpoints but the newest, and what an interrupted save left before them."""
        complete = [checkpoint for checkpoint in self.complete() if _OWN_NAME.fullmatch(checkpoint.path.name)]
        if not complete:
            return
        kept = {checkpoint.path.name for checkpoint in complete[: self._keep]}
        newest = complete[0].manifest.sequence
        for name in self._names():
            match = _OWN_NAME.fullmatch(name)
            if match and name not in kept and int(match.group(1)) < newest:
                self._disk.remove_tree(self.root / name)

    def _mark(self, directory: Path, rank: int, records: list[FileRecord]) -> None:
        content = encode_marker(records)
        self._disk.write_file(directory / marker_name(rank), lambda file: _write_all(file, content))

    def _names(self) -> list[str]:
        try:
            return sorted(path.name for path in self.root.iterdir() if path.is_dir())
        except FileNotFoundError:
            return []

    def _load(self, name: str) -> Optional[Checkpoint]:
        directory = self.root / name
        try:
            manifest = decode_manifest((directory / MANIFEST_NAME).read_bytes())
            for record in manifest.files:
                _check_size(directory, record)
        except FileNotFoundError:
            return None
        except (OSError, MalformedManifest) as error:
            _LOG.warning("%s is not usable: %s", directory, error)
            return None
        return Checkpoint(directory, manifest)


def _payload(directory: Path) -> list[Path]:
    return sorted(path for path in directory.rglob("*") if path.is_file() and not _is_bookkeeping(directory, path))


def _is_bookkeeping(directory: Path, path: Path) -> bool:
    return path.parent == directory and path.name.startswith(("_shard-", MANIFEST_NAME))


def _check_size(directory: Path, record: FileRecord) -> None:
    size = (directory / record.name).stat().st_size
    if size != record.bytes:
        raise MalformedManifest(f"{record.name} has {size} bytes, not {record.bytes}")


def _write_all(file: BinaryIO, content: bytes) -> None:
    file.write(content)
