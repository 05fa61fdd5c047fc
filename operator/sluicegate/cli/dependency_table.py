"""What each dependency lets one app have: a block of its page, and the words of `explain` without the operator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.table import Table
from rich.text import Text

Body = Mapping[str, Any]
COLUMNS = ("DEPENDENCY", "COST", "WEIGHT", "SHARE", "BREAKER", "ALLOWED", "PROBLEM")
NUMBERS = frozenset({"COST", "WEIGHT", "SHARE", "ALLOWED"})
STYLES = {"Closed": "green", "HalfOpen": "yellow", "Open": "bold red"}


def dependency_table(body: Body) -> Table | None:
    """``body`` of a KafkaConsumerApp; None when it names no dependency. SHARE and ALLOWED are in replicas: what the
    capacity gives it, and what an open breaker lets run."""
    named = (body.get("spec") or {}).get("dependencies") or ()
    if not named:
        return None
    told = _told(body)
    drawn = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for column in COLUMNS:
        drawn.add_column(column, justify="right" if column in NUMBERS else "left", no_wrap=True)
    for ref in named:
        known = told.get(ref["name"], {})
        state = str(known.get("breaker") or "")
        drawn.add_row(
            Text(ref["name"]),
            Text(_shown(ref.get("costPerReplica"))),
            Text(_shown(ref.get("weight", 1))),
            Text("unknown", style="yellow") if known.get("replicas") is None else Text(str(known["replicas"])),
            Text(state, style=STYLES.get(state, "")),
            Text(_shown(known.get("allowed"))),
            Text(_shown(known.get("problem")), style="yellow"),
        )
    return drawn


def ceilings(body: Body) -> Iterator[str]:
    """In words, for each dependency that was told of, how many replicas it gives and how many its breaker allows."""
    told = _told(body)
    for ref in (body.get("spec") or {}).get("dependencies") or ():
        known = told.get(ref["name"])
        if known is None:
            continue
        given = known.get("replicas")
        yield f"{ref['name']} gives " + ("what runs" if given is None else f"{given}")
        if known.get("allowed") is not None:
            yield f"its breaker ({known.get('breaker')}) allows {known['allowed']}"


def _told(body: Body) -> Mapping[str, Body]:
    return {one["name"]: one for one in (body.get("status") or {}).get("dependencies") or ()}


def _shown(value: object) -> str:
    return "" if value is None else str(value)
