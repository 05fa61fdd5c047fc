"""The table of apps: the columns of `kubectl get kca`, with colour where a person should look first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.table import Table
from rich.text import Text

Body = Mapping[str, Any]
COLUMNS = ("NAME", "REPLICAS", "WANTED", "CAP", "LIMITED-BY", "LAG", "LAG-TIME", "DLQ", "READY", "AGE")
NUMBERS = frozenset({"REPLICAS", "WANTED", "CAP", "LAG", "LAG-TIME", "DLQ", "AGE"})


def table(bodies: Sequence[Body], *, now: float, namespaces: bool) -> Table:
    """``bodies`` as rows. ``now`` in unix seconds; ``namespaces`` adds a first column."""
    columns = (("NAMESPACE",) if namespaces else ()) + COLUMNS
    drawn = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for column in columns:
        drawn.add_column(column, justify="right" if column in NUMBERS else "left", no_wrap=True)
    for body in bodies:
        cells = _cells(body, now=now)
        drawn.add_row(*([Text(body["metadata"].get("namespace", ""))] if namespaces else []), *cells)
    return drawn


def age(body: Body, *, now: float) -> str:
    """How long ago the object was made: ``9d``, ``3h``, ``5m``."""
    created = body["metadata"].get("creationTimestamp")
    if not created:
        return ""
    seconds = max(0.0, now - datetime.fromisoformat(created).timestamp())
    for size, unit in ((86_400.0, "d"), (3_600.0, "h"), (60.0, "m")):
        if seconds >= 2 * size:
            return f"{int(seconds // size)}{unit}"
    return f"{int(seconds)}s"


def ready(status: Body) -> Text:
    """The Ready condition in its colour."""
    words = [str(one["status"]) for one in status.get("conditions") or () if one["type"] == "Ready"]
    word = words[0] if words else ""
    return Text(word, style={"True": "green", "False": "bold red"}.get(word, "yellow"))


def _cells(body: Body, *, now: float) -> list[Text]:
    status = body.get("status") or {}
    replicas, lag, dead = status.get("replicas") or {}, status.get("lag") or {}, status.get("deadLetter") or {}
    current, desired = replicas.get("current"), replicas.get("desired")
    moving = desired is not None and desired != current
    limited = status.get("limitedBy", "")
    return [
        Text(body["metadata"]["name"]),
        Text(f"{_shown(current)}→{desired}" if moving else _shown(current), style="cyan" if moving else ""),
        Text(_shown(replicas.get("wanted"))),
        Text(_shown(replicas.get("cap"))),
        Text(limited, style="" if limited in ("", "None") else "yellow"),
        Text(_shown(lag.get("records"))),
        Text(_shown(lag.get("time"))),
        Text(_shown(dead.get("records")), style="yellow" if dead.get("records") else ""),
        ready(status),
        Text(age(body, now=now)),
    ]


def _shown(value: object) -> str:
    return "" if value is None else str(value)
