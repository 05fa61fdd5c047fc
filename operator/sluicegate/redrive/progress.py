"""How far a redrive is, as its process tells it: what status shows, and what a restart must be given again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from sluicegate.model.redrive import Phase, Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """One report. ``phase`` Running, Paused, Succeeded or Failed; the latter two are the last report of a run.

    ``total`` records between where the run began and ``ends``; ``scanned`` of these read, ``matched`` of these
    selected; of those ``redriven`` written to their destination and acknowledged, ``parked``, ``skipped`` left where
    they are. All of them count from the first start on, restarts included. ``repeated``: at most so many writes were
    made before by a process that was cut off. ``rate`` records written a second, lately. ``message`` a sentence for
    people, empty when there is nothing to say. ``settled`` up to where dead letters were dealt with, by partition, as
    committed to the settled group. ``counted`` to be given back as `RedriveOrder.counted`.
    """

    phase: Phase
    total: int = 0
    scanned: int = 0
    matched: int = 0
    redriven: int = 0
    parked: int = 0
    skipped: int = 0
    repeated: int = 0
    rate: float = 0.0
    ends: Mapping[int, int] | None = None
    report: Report = field(default_factory=Report)
    message: str = ""
    settled: Mapping[int, int] = field(default_factory=dict)
    counted: Mapping[str, Any] = field(default_factory=dict)

    @property
    def over(self) -> bool:
        return self.phase in (Phase.SUCCEEDED, Phase.FAILED)


def memory_of(progress: Progress) -> dict[str, Any]:
    """What `status.progress` must hold, as JSON values."""
    return {"ends": _by_text(progress.ends), "counted": dict(progress.counted)}


def recalled(memory: Mapping[str, Any]) -> tuple[dict[int, int] | None, dict[str, Any]]:
    """``ends`` and ``counted`` for a `RedriveOrder` from what `memory_of` made; None and empty from nothing."""
    return _by_number(memory.get("ends")), dict(memory.get("counted") or {})


def encode(progress: Progress) -> bytes:
    told = asdict(progress) | {
        "phase": progress.phase.value,
        "ends": _by_text(progress.ends),
        "settled": _by_text(progress.settled),
        "report": progress.report.model_dump(mode="json", by_alias=True),
    }
    return json.dumps(told, separators=(",", ":")).encode()


def decode(body: bytes) -> Progress:
    """The report that `encode` was given."""
    told = json.loads(body)
    return Progress(
        **told
        | {
            "phase": Phase(told["phase"]),
            "ends": _by_number(told["ends"]),
            "settled": _by_number(told["settled"]) or {},
            "report": Report.model_validate_json(json.dumps(told["report"])),
        }
    )


def _by_text(offsets: Mapping[int, int] | None) -> dict[str, int] | None:
    return None if offsets is None else {str(partition): offset for partition, offset in offsets.items()}


def _by_number(offsets: Mapping[str, int] | None) -> dict[int, int] | None:
    return None if offsets is None else {int(partition): offset for partition, offset in offsets.items()}
