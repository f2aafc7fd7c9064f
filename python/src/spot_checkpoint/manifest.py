"""What is written beside a checkpoint's files: a marker for each rank, and the manifest that makes it complete."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Optional

from .disk import FileRecord

MANIFEST_NAME = "_COMPLETE"
_FORMAT = 1


class MalformedManifest(ValueError):
    """A marker or manifest does not say what it should."""


@dataclass(frozen=True)
class Manifest:
    """A complete checkpoint's contents. `sequence` counts saves: the newest save has the highest."""

    sequence: int
    step: int
    request_id: Optional[str]
    files: tuple[FileRecord, ...]


@dataclass(frozen=True)
class Checkpoint:
    """A complete checkpoint. `path` is its directory."""

    path: Path
    manifest: Manifest

    @property
    def step(self) -> int:
        """The step it was saved at."""
        return self.manifest.step

    def shard(self, rank: int = 0) -> Path:
        """The file that `rank` wrote with `save`. Raises LookupError where there is none, say after a resize."""
        prefix = f"shard-{rank:05d}-of-"
        for record in self.manifest.files:
            if record.name.startswith(prefix):
                return self.path / record.name
        names = ", ".join(record.name for record in self.manifest.files)
        raise LookupError(f"{self.path} has no shard of rank {rank}, only {names}")


def shard_name(rank: int, shards: int) -> str:
    """The file a rank writes, of `shards` in all."""
    return f"shard-{rank:05d}-of-{shards:05d}"


def marker_name(rank: int) -> str:
    """The marker that says a rank's files are durable."""
    return f"_shard-{rank:05d}.json"


def encode_marker(records: Sequence[FileRecord]) -> bytes:
    """A rank's files, as its marker holds them."""
    return json.dumps({"files": [asdict(record) for record in records]}).encode()


def decode_marker(content: bytes) -> list[FileRecord]:
    """The files a marker names. Raises MalformedManifest."""
    return _files(_object(content))


def encode_manifest(manifest: Manifest) -> bytes:
    """A manifest as `_COMPLETE` holds it."""
    fields = {"format": _FORMAT, "sequence": manifest.sequence, "step": manifest.step, "request": manifest.request_id}
    return json.dumps({**fields, "files": [asdict(record) for record in manifest.files]}).encode()


def decode_manifest(content: bytes) -> Manifest:
    """The manifest in `_COMPLETE`. Raises MalformedManifest."""
    fields = _object(content)
    if fields.get("format") != _FORMAT:
        raise MalformedManifest(f"format {fields.get('format')!r} is not {_FORMAT}")
    request = fields.get("request")
    if request is not None and not isinstance(request, str):
        raise MalformedManifest("request must be text or null")
    return Manifest(_integer(fields, "sequence"), _integer(fields, "step"), request, tuple(_files(fields)))


def _object(content: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise MalformedManifest(f"not JSON: {error}") from None
    if not isinstance(fields, dict):
        raise MalformedManifest("not a JSON object")
    return fields


def _files(fields: dict[str, Any]) -> list[FileRecord]:
    files = fields.get("files")
    if not isinstance(files, list) or not all(isinstance(file, dict) for file in files):
        raise MalformedManifest("files must be a list of objects")
    return [_record(file) for file in files]


def _record(file: dict[str, Any]) -> FileRecord:
    name, sha256 = file.get("name"), file.get("sha256")
    if not isinstance(name, str) or not isinstance(sha256, str):
        raise MalformedManifest("a file needs a name and a sha256")
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise MalformedManifest(f"{name!r} leaves the checkpoint's directory")
    return FileRecord(name, _integer(file, "bytes"), sha256)


def _integer(fields: dict[str, Any], name: str) -> int:
    value = fields.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise MalformedManifest(f"{name} must be a whole number")
    return value
