"""Dead letters as people read them: a table of apps, and what the letters of one app are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from sluicegate.act.figures import span

Body = Mapping[str, Any]
COLUMNS = ("APP", "RECORDS", "OLDEST", "TOPIC", "REDRIVE")
PARTS = (("errors", "ERROR"), ("sources", "CAME FROM"), ("ages", "AGE"), ("dialects", "HEADERS OF"))
BAR = 24


def rows(apps: Iterable[Body], redrives: Sequence[Body], *, now: float) -> list[dict[str, Any]]:
    """One for each app that has a dead-letter topic: what is known of it, None where nothing is."""
    found = []
    for body in apps:
        status = body.get("status") or {}
        dead = status.get("deadLetter") or {}
        topics = [one["name"] for one in status.get("topics") or () if one.get("role") == "DeadLetter"]
        if not dead and not topics:
            continue
        meta = body["metadata"]
        mine = [one for one in redrives if _is_of(one, meta)]
        oldest = dead.get("oldest")
        found.append(
            {
                "namespace": meta["namespace"],
                "app": meta["name"],
                "topic": dead.get("topic") or ", ".join(topics),
                "records": dead.get("records"),
                "oldest": oldest,
                "age": None if oldest is None else span(float(round(max(0.0, now - _seconds(oldest))))),
                "redrives": [{"name": one["metadata"]["name"], **_how(one)} for one in mine],
            }
        )
    return found


def table(found: Sequence[Mapping[str, Any]], *, namespaces: bool) -> Table:
    """``found`` as rows; ``namespaces`` adds a first column."""
    drawn = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for column in (("NAMESPACE",) if namespaces else ()) + COLUMNS:
        drawn.add_column(column, justify="right" if column in ("RECORDS", "OLDEST") else "left", no_wrap=True)
    for one in found:
        records = one["records"]
        cells = [
            Text(one["app"]),
            Text("" if records is None else f"{records:,}", style="yellow" if records else ""),
            Text(one["age"] or ""),
            Text(one["topic"]),
            Text(", ".join(f"{run['name']} {run['phase']}" for run in one["redrives"] if run["phase"] in LIVE)),
        ]
        drawn.add_row(*([Text(one["namespace"])] if namespaces else []), *cells)
    return drawn


LIVE = ("Pending", "Running", "Paused", "")


def contents(status: Body) -> RenderableType:
    """What the report of a redrive says, each part with bars in proportion."""
    total, matched = status.get("total") or 0, status.get("matched") or 0
    head = f"{status.get('topic', '')}: {total:,} dead letters"
    if matched != total:
        head += f", {matched:,} of them selected"
    parts: list[RenderableType] = [Text(head, style="bold")]
    report = status.get("report") or {}
    for name, title in PARTS:
        if lines := report.get(name):
            parts += [Text(), _histogram(title, lines)]
    return Group(*parts)


def outcome(body: Body) -> str:
    """One line about a redrive that is over, or under way."""
    status = body.get("status") or {}
    moved = f"{status.get('redriven') or 0:,} redriven, {status.get('parked') or 0:,} parked"
    moved += f", {status.get('skipped') or 0:,} left where they are"
    if status.get("repeated"):
        moved += f"; up to {status['repeated']:,} of them twice"
    said = status.get("message") or ""
    phase = status.get("phase") or "not taken up yet"
    extra = f": {said}" if said and phase != "Succeeded" else ""
    return f"DeadLetterRedrive {body['metadata']['name']}: {phase}, {moved}{extra}"


def _histogram(title: str, lines: Sequence[Body]) -> Table:
    drawn = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    drawn.add_column(title, no_wrap=True)
    drawn.add_column("RECORDS", justify="right")
    drawn.add_column("")
    most = max(one["records"] for one in lines)
    for one in lines:
        bar = "█" * max(1, round(BAR * one["records"] / most)) if most else ""
        drawn.add_row(Text(one["name"]), Text(f"{one['records']:,}"), Text(bar, style="yellow"))
    return drawn


def _is_of(redrive: Body, meta: Body) -> bool:
    named = ((redrive.get("spec") or {}).get("appRef") or {}).get("name")
    return bool(redrive["metadata"]["namespace"] == meta["namespace"] and named == meta["name"])


def _how(redrive: Body) -> dict[str, Any]:
    status = redrive.get("status") or {}
    return {"phase": status.get("phase") or "", "redriven": status.get("redriven"), "total": status.get("total")}


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
