"""Events: one for each transition a person would want to be told of, and one for each scaling."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sluicegate.act.ports import EventNote
from sluicegate.model.decision import Action, Condition, Decision, Truth
from sluicegate.telemetry.redact import redact

GOOD_WHEN_FALSE = frozenset({"Stalled", "ScalingLimited", "DeadLettering", "Saturated", "Overcommitted"})
UNTOLD = frozenset({"Reconciling"})
"""It comes and goes with every scaling: the scaling itself is told."""
LONGEST_MESSAGE = 1024
"""Characters that the API server takes in an Event."""


def transitions(
    previous_conditions: Iterable[Mapping[str, Any]], *, decision: Decision, before: Decision | None
) -> tuple[EventNote, ...]:
    """What to tell after ``decision``.

    ``before`` is this process's last decision about the app; without one ``previous_conditions``, from its status,
    tell what people have heard already. What starts out well is not worth an Event.
    """
    told = (
        {one.type: (one.status.value, one.reason) for one in before.conditions}
        if before
        else {one.get("type"): (one.get("status"), one.get("reason")) for one in previous_conditions}
    )
    notes: dict[str, EventNote] = {}
    for scaling in _scaling(decision):
        notes[scaling.reason] = scaling
    for condition in decision.conditions:
        if condition.type not in UNTOLD and is_news(condition, told.get(condition.type)):
            note = note_of(condition)
            notes.setdefault(note.reason, note)
    return tuple(notes.values())


def _scaling(decision: Decision) -> Iterable[EventNote]:
    wrote = decision.write and decision.replicas is not None and decision.replicas != decision.current
    if wrote and decision.action is not Action.HOLD:
        reason = "ScaledUp" if decision.action is Action.SCALE_UP else "ScaledDown"
        change = f"{decision.current} → {decision.replicas}"
        yield EventNote(type="Normal", reason=reason, message=_words(f"{change}: {decision.message}"))


def note_of(condition: Condition) -> EventNote:
    """The Event that tells of a condition."""
    return EventNote(
        type="Normal" if _is_good(condition.type, condition.status.value) else "Warning",
        reason=condition.reason or condition.type,
        message=_words(condition.message or f"{condition.type} is {condition.status.value}"),
    )


def is_news(condition: Condition, told: tuple[Any, Any] | None) -> bool:
    """Whether people who were ``told`` of a (status, reason) before want to hear of ``condition``."""
    good = _is_good(condition.type, condition.status.value)
    if told is None:
        return not good and condition.status is not Truth.UNKNOWN
    if good:
        return not _is_good(condition.type, told[0])
    return told != (condition.status.value, condition.reason)


def _is_good(type_: str, status: str) -> bool:
    return status == ("False" if type_ in GOOD_WHEN_FALSE else "True")


def _words(message: str) -> str:
    clean = redact(message)
    return clean if len(clean) <= LONGEST_MESSAGE else clean[: LONGEST_MESSAGE - 1] + "…"
