"""The status of a DeadLetterRedrive as a value: where it stands, what came of it, what a restart must know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sluicegate.act.conditions import rendered, words
from sluicegate.act.figures import known, moment, rounded
from sluicegate.model.decision import Condition, Truth
from sluicegate.model.redrive import Phase, Report

LONGEST = 316
"""Characters that the schema takes where it says a word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is known of a redrive now; times are unix seconds. ``progress`` what a restart must not forget."""

    phase: Phase
    message: str = ""
    topic: str = ""
    destination: str = ""
    started: float | None = None
    finished: float | None = None
    total: int = 0
    scanned: int = 0
    matched: int = 0
    redriven: int = 0
    parked: int = 0
    skipped: int = 0
    repeated: int = 0
    rate: float = 0.0
    report: Report | None = None
    progress: Mapping[str, Any] = field(default_factory=dict)
    suspended: bool = False


def render(told: Told, *, generation: int, previous: Mapping[str, Any], now: float) -> dict[str, Any]:
    """The whole status."""
    report = told.report.model_dump(mode="json", by_alias=True, exclude_defaults=True) if told.report else {}
    return {
        "observedGeneration": generation,
        "phase": told.phase.value,
        "message": words(told.message),
        **known(
            {
                "topic": shortened(told.topic) or None,
                "destination": shortened(told.destination) or None,
                "startedAt": None if told.started is None else moment(told.started),
                "finishedAt": None if told.finished is None else moment(told.finished),
            }
        ),
        "total": told.total,
        "scanned": told.scanned,
        "matched": told.matched,
        "redriven": told.redriven,
        "parked": told.parked,
        "skipped": told.skipped,
        "repeated": told.repeated,
        "rate": rounded(told.rate),
        **({"report": report} if report else {}),
        "progress": dict(told.progress),
        "conditions": rendered(_conditions(told), generation=generation, previous=previous, now=now),
    }


def shortened(names: str) -> str:
    """``names``, separated by commas, as many as the schema takes, and how many more there are."""
    if len(names) <= LONGEST:
        return names
    shown: list[str] = []
    rest = names.split(", ")
    while rest and len(", ".join([*shown, rest[0]])) <= LONGEST - len(" and 100 more"):
        shown.append(rest.pop(0))
    return f"{', '.join(shown)} and {len(rest)} more" if shown else f"{names[: LONGEST - 1]}…"


def _conditions(told: Told) -> tuple[Condition, ...]:
    done, failed = told.phase is Phase.SUCCEEDED, told.phase is Phase.FAILED
    return (
        Condition(
            type="Complete",
            status=Truth.TRUE if done else Truth.FALSE,
            reason=told.phase.value,
            message=told.message,
        ),
        Condition(
            type="Failed",
            status=Truth.TRUE if failed else Truth.FALSE,
            reason="RedriveFailed" if failed else "NotFailed",
            message=told.message if failed else "",
        ),
        Condition(
            type="Suspended",
            status=Truth.TRUE if told.suspended else Truth.FALSE,
            reason="Suspended" if told.suspended else "NotSuspended",
        ),
    )
