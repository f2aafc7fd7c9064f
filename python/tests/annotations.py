"""Annotations files as the kubelet writes them."""

import json
from datetime import datetime, timezone

NOW = datetime(2026, 1, 1, 0, 0, 0, tzinfo=timezone.utc)
DEADLINE = "2026-01-01T00:02:00.000Z"


def request_value(identifier="i-0abc/spot-interruption", deadline=DEADLINE, **fields):
    return json.dumps(
        {"id": identifier, "reason": "SpotInterruption", "deadline": deadline, "onDoomedNode": True, **fields}
    )


def annotation_line(value, key="spot-responder/checkpoint-request"):
    quoted = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'{key}="{quoted}"'


def write_request(path, identifier="i-0abc/spot-interruption", **fields):
    lines = ['app="llm"', annotation_line(request_value(identifier, **fields))]
    path.write_text("\n".join(lines))
