"""Retry and dead-letter topics of one app: a block of its page, and the words of `explain`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from sluicegate.model import duration

Body = Mapping[str, Any]
COLUMNS = ("TOPIC", "ROLE", "DELAY", "PARTITIONS", "STATE", "MADE-HERE")
NUMBERS = frozenset({"DELAY", "PARTITIONS"})
WELL, PASSING = "InSync", frozenset({"Creating", "Waiting"})


def topic_table(body: Body) -> Table | None:
    """``body`` of a KafkaConsumerApp; None where nothing was told of such topics."""
    told = _told(body)
    if not told:
        return None
    drawn = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for column in COLUMNS:
        drawn.add_column(column, justify="right" if column in NUMBERS else "left", no_wrap=True)
    if any(one.get("message") for one in told):
        drawn.add_column("MESSAGE", overflow="fold")
    for one in told:
        cells = [
            Text(str(one["name"])),
            Text(str(one.get("role", ""))),
            Text(duration.show(_seconds(one)) if one.get("delay") else ""),
            Text(_shown(one.get("partitions"))),
            Text(_state(one), style=_style(_state(one))),
            Text("yes" if one.get("created") else "no"),
            Text(str(one.get("message") or "")),
        ]
        drawn.add_row(*cells[: len(drawn.columns)])
    return drawn


def topics_in_words(body: Body) -> str:
    """How many there are and how they stand; empty where nothing was told. What is wrong is told by the condition."""
    told = _told(body)
    if not told:
        return ""
    retries = [one for one in told if one.get("role") == "Retry"]
    dead = [str(one["name"]) for one in told if one.get("role") == "DeadLetter"]
    count = f"{len(retries)} retry topic{'' if len(retries) == 1 else 's'}"
    parts = [*([count] if retries else []), *([f"dead letters in {', '.join(dead)}"] if dead else [])]
    others = [f"{one['name']} is {_state(one)}" for one in told if _state(one) != WELL]
    return f"{', '.join(parts)}: {', '.join(others) if others else 'all in sync'}"


def _told(body: Body) -> Sequence[Body]:
    """Retry topics by their delays, then the others."""
    told = (body.get("status") or {}).get("topics") or ()
    return sorted(told, key=lambda one: (one.get("role") != "Retry", _seconds(one), str(one["name"])))


def _seconds(one: Body) -> float:
    try:
        return duration.parse(one.get("delay") or "0s")
    except ValueError:
        return 0.0


def _state(one: Body) -> str:
    return str(one.get("state") or "")


def _style(state: str) -> str:
    return "green" if state == WELL else "yellow" if state in PASSING else "bold red"


def _shown(value: object) -> str:
    return "" if value is None else str(value)
