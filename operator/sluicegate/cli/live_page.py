"""What only the operator can tell of an app: partitions, members, what dependencies give and why, last decisions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from sluicegate.cli.dependency_table import STYLES
from sluicegate.cli.explaining import clock

Body = Mapping[str, Any]
SHOWN = 8
"""Decisions on a page; the same one, made again and again, counts once."""
SAME = ("action", "replicas", "wanted", "limitedBy", "reason")


def live_page(live: Body, decisions: Iterable[Body]) -> RenderableType:
    """``live`` and ``decisions`` as the read API has them."""
    shares: list[RenderableType] = [_dependencies(live), Text()] if live.get("dependencies") else []
    return Group(_partitions(live), Text(), _members(live), Text(), *shares, _decisions(decisions))


def _partitions(live: Body) -> Table:
    drawn = _table("PARTITION", "LAG", "END", "COMMITTED", "MEMBER", "HOST", "ERROR", right={"LAG", "END", "COMMITTED"})
    for one in live.get("partitions") or ():
        lag = one.get("lag")
        drawn.add_row(
            Text(f"{one['topic']}-{one['partition']}"),
            Text("unknown", style="yellow") if lag is None else Text(f"{lag:,}", style="yellow" if lag else ""),
            *(Text(_shown(one.get(name))) for name in ("end", "committed", "member", "host", "error")),
        )
    return drawn


def _members(live: Body) -> Table:
    drawn = _table("MEMBER", "HOST", "PARTITIONS", right={"PARTITIONS"})
    group = live.get("group") or {}
    for one in group.get("members") or ():
        drawn.add_row(Text(_shown(one.get("id"))), Text(_shown(one.get("host"))), Text(str(len(one["partitions"]))))
    state = "could not be described" if not group else f"{group['state']}, {group.get('assignor') or 'no assignor yet'}"
    drawn.title, drawn.title_justify, drawn.title_style = f"Group: {state}", "left", ""
    return drawn


def _dependencies(live: Body) -> Table:
    drawn = _table("DEPENDENCY", "SHARE", "BREAKER", "ALLOWED", right={"SHARE", "ALLOWED"})
    drawn.add_column("WHY", overflow="fold")
    for one in live["dependencies"]:
        held = one.get("allowed") is not None or one.get("holds")
        said = (one.get("problemWhy") or one.get("why"), one.get("breakerWhy") if held else "")
        drawn.add_row(
            Text(one["name"]),
            Text("unknown", style="yellow") if one.get("replicas") is None else Text(str(one["replicas"])),
            Text(_shown(one.get("breaker")), style=STYLES.get(str(one.get("breaker")), "")),
            Text(_shown(one.get("allowed"))),
            Text("; ".join(dict.fromkeys(words for words in said if words))),
        )
    return drawn


def _decisions(decisions: Iterable[Body]) -> Table:
    drawn = _table(
        "SINCE", "ACTION", "REPLICAS", "WANTED", "LIMITED-BY", "TIMES", right={"REPLICAS", "WANTED", "TIMES"}
    )
    drawn.add_column("MESSAGE", overflow="fold")
    runs: list[list[Body]] = []
    for one in decisions:
        if runs and all(runs[-1][-1].get(name) == one.get(name) for name in SAME):
            runs[-1].append(one)
        else:
            runs.append([one])
    for run in runs[-SHOWN:]:
        first, last = run[0], run[-1]
        cells = (
            clock(first["at"]),
            *(_shown(last.get(name)) for name in ("action", "replicas", "wanted", "limitedBy")),
        )
        drawn.add_row(*(Text(cell) for cell in (*cells, str(len(run)), str(last["message"]))))
    return drawn


def _table(*columns: str, right: set[str]) -> Table:
    drawn = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for column in columns:
        drawn.add_column(column, no_wrap=True, justify="right" if column in right else "left")
    return drawn


def _shown(value: object) -> str:
    return "" if value is None else str(value)
