"""Conditions as the API conventions write them: the time of a transition stands until there is another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sluicegate.act.figures import moment
from sluicegate.model.decision import Condition
from sluicegate.telemetry.redact import redact

LONGEST_MESSAGE = 2048
"""Characters: a list of stuck partitions can be long, and the schema has a bound."""


def rendered(
    conditions: Iterable[Condition], *, generation: int, previous: Mapping[str, Any], now: float
) -> list[dict[str, Any]]:
    """``previous`` is the status before; ``now`` unix seconds."""
    before = {one.get("type"): one for one in previous.get("conditions") or ()}
    said = []
    for condition in conditions:
        last = before.get(condition.type, {})
        same = last.get("status") == condition.status.value and last.get("lastTransitionTime")
        said.append(
            {
                "type": condition.type,
                "status": condition.status.value,
                "reason": condition.reason,
                "message": words(condition.message),
                "observedGeneration": generation,
                "lastTransitionTime": same or moment(now),
            }
        )
    return said


def words(message: str) -> str:
    """``message`` without secrets, and no longer than a status takes."""
    clean = redact(message)
    return clean if len(clean) <= LONGEST_MESSAGE else clean[: LONGEST_MESSAGE - 1] + "…"
