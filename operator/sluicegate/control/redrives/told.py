"""Between a redrive's process and its status: what is told while it runs, and what a new operator takes up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sluicegate.act.figures import seconds_of
from sluicegate.act.redrive_status import Told
from sluicegate.control.records import RedriveRecord
from sluicegate.model.redrive import Phase
from sluicegate.redrive.progress import Progress, memory_of

COUNTS = ("total", "scanned", "matched", "redriven", "parked", "skipped", "repeated")
OVER = (Phase.SUCCEEDED, Phase.FAILED)


def taken_up(record: RedriveRecord) -> Told:
    """What the status says: where an earlier process left it."""
    status = record.status
    try:
        phase = Phase(str(status.get("phase") or Phase.PENDING.value))
    except ValueError:
        phase = Phase.PENDING
    counts: dict[str, Any] = {name: int(status.get(name) or 0) for name in COUNTS}
    return Told(
        phase=phase,
        message=str(status.get("message") or ""),
        topic=str(status.get("topic") or ""),
        destination=str(status.get("destination") or ""),
        started=seconds_of(status.get("startedAt")),
        finished=seconds_of(status.get("finishedAt")),
        progress=dict(status.get("progress") or {}),
        **counts,
    )


def advanced(told: Told, progress: Progress, *, base: Mapping[str, int], topic: str) -> Told:
    """``told`` after a report. ``base`` what earlier dead-letter topics of the same redrive came to; ``topic``
    the present one."""
    counts: dict[str, Any] = {name: base.get(name, 0) + getattr(progress, name) for name in COUNTS}
    return replace(
        told,
        phase=Phase.RUNNING if progress.phase in OVER else progress.phase,
        message=progress.message,
        rate=progress.rate,
        report=progress.report,
        progress={"topic": topic, "base": dict(base), **memory_of(progress)},
        **counts,
    )
