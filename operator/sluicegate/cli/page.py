"""One app on a page: its row, what was decided and why, dependencies, topics, every condition with its words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from sluicegate.cli.dependency_table import dependency_table
from sluicegate.cli.reasons import foreign, notable, reasons
from sluicegate.cli.table import table
from sluicegate.cli.topic_table import topic_table

Body = Mapping[str, Any]
TOLD_ABOVE = frozenset({"why", "limited by"})


def page(body: Body, *, now: float) -> RenderableType:
    """``body`` of a KafkaConsumerApp. ``now`` in unix seconds."""
    spec, status = body.get("spec") or {}, body.get("status") or {}
    target = spec.get("scaleTargetRef") or {}
    read = status.get("partitions") or {}
    facts = [
        ("Target", f"{target.get('kind', 'Deployment')} {target.get('name', '')}"),
        ("Group", str(spec.get("consumerGroup", ""))),
        ("Topics", ", ".join(spec.get("topics") or ("those the group has offsets on",))),
        ("Mode", _mode(spec)),
        ("Members", str(read["members"]) if "members" in read else ""),
        *((name.capitalize(), words) for name, words in reasons(body) if name not in _conditions(status) | TOLD_ABOVE),
        ("Why", str((status.get("decision") or {}).get("message", ""))),
        ("Foreign", foreign(status["foreign"]) if status.get("foreign") else ""),
    ]
    sheet = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    sheet.add_column(style="bold", no_wrap=True)
    sheet.add_column(overflow="fold")
    seen = set()
    for name, words in facts:
        if words and name not in seen:
            seen.add(name)
            sheet.add_row(name, Text(words))
    blocks = [block for block in (dependency_table(body), topic_table(body)) if block]
    parts = [table([body], now=now, namespaces=False), sheet, *blocks, _condition_table(status)]
    return Group(*[part for one in parts for part in (one, Text())][:-1])


def _mode(spec: Body) -> str:
    words = [str(spec.get("mode", "Active"))]
    if spec.get("suspend"):
        words.append("suspended")
    if override := spec.get("override"):
        words.append(f"override: {override.get('replicas')} until {override.get('until')}")
    return ", ".join(words)


def _conditions(status: Body) -> set[str]:
    return {one["type"] for one in status.get("conditions") or ()}


def _condition_table(status: Body) -> Table:
    drawn = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for column in ("CONDITION", "STATUS", "REASON", "SINCE"):
        drawn.add_column(column, no_wrap=True)
    drawn.add_column("MESSAGE", overflow="fold")
    bad = {one["type"] for one in notable(status)}
    for one in status.get("conditions") or ():
        drawn.add_row(
            Text(one["type"]),
            Text(one["status"], style="yellow" if one["type"] in bad else "green"),
            Text(one.get("reason", "")),
            Text(one.get("lastTransitionTime", "")),
            Text(one.get("message", "")),
        )
    return drawn
