"""The checkpoint request, as the kubelet writes it to a downward-API file."""

from __future__ import annotations

import json
import logging
import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Callable, Optional, Union

REQUEST_ANNOTATION = "spot-responder/checkpoint-request"
ID_LIMIT_BYTES = 256
"""Longest request id, in UTF-8 bytes: ranks exchange ids in a vector of fixed length."""

_LOG = logging.getLogger("spot_checkpoint")


class MalformedRequest(ValueError):
    """The annotation is there but is not a request."""


@dataclass(frozen=True)
class CheckpointRequest:
    """One request to save. `deadline` is the moment (UTC) after which saving is pointless."""

    id: str
    reason: str
    deadline: datetime
    on_doomed_node: bool


class RequestFile:
    """Reads the request from a downward-API annotations file.

    The path is opened anew on each read: the kubelet swaps a symlink, so a file held open never changes.
    """

    def __init__(self, path: Union[str, Path], now: Callable[[], datetime]) -> None:
        self._path = Path(path)
        self._now = now
        self._reported = ""

    def read(self) -> Optional[CheckpointRequest]:
        """The request in force, or None where there is none, it is past its deadline, or it makes no sense."""
        try:
            request = parse_request(self._path.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, MalformedRequest) as error:
            self._report(f"checkpoint request in {self._path} ignored: {error}")
            return None
        if request is None or request.deadline <= self._now():
            return None
        return request

    def _report(self, message: str) -> None:
        # The file is polled: the same complaint is worth one line, not two a second.
        if message != self._reported:
            self._reported = message
            _LOG.warning("%s", message)


def parse_request(content: bytes) -> Optional[CheckpointRequest]:
    """The request among a pod's annotations, None where there is none.

    Raises MalformedRequest where the annotation is present but unusable.
    """
    value = parse_annotations(content).get(REQUEST_ANNOTATION)
    if not value:
        return None
    try:
        fields = json.loads(value)
    except (ValueError, RecursionError) as error:
        raise MalformedRequest(f"not JSON: {error}") from None
    if not isinstance(fields, dict):
        raise MalformedRequest("not a JSON object")
    identifier = _text(fields, "id")
    if not identifier.isprintable() or not 0 < len(identifier.encode()) <= ID_LIMIT_BYTES:
        raise MalformedRequest(f"id must be 1 to {ID_LIMIT_BYTES} bytes of printable text")
    doomed = fields.get("onDoomedNode", False)
    if not isinstance(doomed, bool):
        raise MalformedRequest("onDoomedNode must be true or false")
    return CheckpointRequest(identifier, _text(fields, "reason"), parse_time(_text(fields, "deadline")), doomed)


def parse_annotations(content: bytes) -> dict[str, str]:
    """The annotations of a downward-API file: one `key="value"` a line, the value quoted as Go's %q does."""
    annotations: dict[str, str] = {}
    for line in content.split(b"\n"):
        match = _LINE.fullmatch(line)
        if match:
            value = _ESCAPE.sub(_unescape, match.group(2))
            annotations[match.group(1).decode("utf-8", "replace")] = value.decode("utf-8", "replace")
    return annotations


def parse_time(text: str) -> datetime:
    """An RFC 3339 time with its offset, as UTC. datetime.fromisoformat takes no `Z` before Python 3.11."""
    match = _TIME.fullmatch(text)
    if not match:
        raise MalformedRequest(f"not an RFC 3339 time: {text!r}")
    date, clock, fraction, zone = match.groups()
    micro = ((fraction or "") + "000000")[:6]
    try:
        local = datetime.strptime(f"{date}T{clock}.{micro}", "%Y-%m-%dT%H:%M:%S.%f")
        return (local - _offset(zone)).replace(tzinfo=timezone.utc)
    except (ValueError, OverflowError) as error:
        raise MalformedRequest(f"not an RFC 3339 time: {error}") from None


def _offset(zone: str) -> timedelta:
    if zone in "Zz":
        return timedelta()
    sign = -1 if zone[0] == "-" else 1
    return sign * timedelta(hours=int(zone[1:3]), minutes=int(zone[4:6]))


def _text(fields: dict[str, object], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str):
        raise MalformedRequest(f"{name} must be text")
    return value


def _unescape(match: re.Match[bytes]) -> bytes:
    kind, digits = match.group(1)[:1], match.group(1)[1:]
    if kind == b"x":
        return bytes([int(digits, 16)])
    if kind in (b"u", b"U"):
        point = int(digits, 16)
        return (chr(point) if point <= 0x10FFFF else "\ufffd").encode("utf-8", "replace")
    return _SIMPLE[kind]


_LINE = re.compile(rb'([^=]+)="((?:[^"\\]|\\.)*)"\r?')
_ESCAPE = re.compile(rb'\\([abfnrtv\\"]|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})')
_SIMPLE = {
    b"a": b"\a",
    b"b": b"\b",
    b"f": b"\f",
    b"n": b"\n",
    b"r": b"\r",
    b"t": b"\t",
    b"v": b"\v",
    b"\\": b"\\",
    b'"': b'"',
}
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d+))?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
