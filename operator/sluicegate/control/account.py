"""A decision told in full, step by step, as the operator's read API has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sluicegate.model.decision import Decision
from sluicegate.model.known import Maybe, Unknown
from sluicegate.model.recording import verdict_line


def account(decision: Decision, *, identity: str, written: bool) -> dict[str, Any]:
    """As JSON values. ``written``: the number was written to the target. Unknown figures are null, ``error`` says why;
    rates in messages a second, lag in messages and seconds."""
    parts = decision.partitions
    return {
        "id": identity,
        **verdict_line(decision),
        "generation": decision.generation,
        "current": decision.current,
        "written": written,
        "lag": lag(records=decision.lag.records, seconds=decision.lag.seconds),
        "rate": {"in": decision.rate_in, "out": decision.rate_out},
        "partitions": {
            "usable": parts.usable,
            "count": parts.count,
            "members": parts.members,
            "foreignMembers": parts.foreign_members,
            "missingMembers": parts.missing_members,
            "stuck": list(parts.stuck),
            "bound": list(parts.bound),
            "unowned": list(parts.unowned),
        },
        "capacityPerReplica": {"value": decision.capacity.value, "source": decision.capacity.source},
        "steps": [asdict(step) for step in decision.steps],
    }


def lag(*, records: Maybe[int], seconds: Maybe[float]) -> Mapping[str, Any]:
    """Both figures, and why one is not known."""
    unknown = next((one for one in (records, seconds) if isinstance(one, Unknown)), None)
    return {
        "records": None if isinstance(records, Unknown) else records.value,
        "seconds": None if isinstance(seconds, Unknown) else seconds.value,
        **({"error": f"{unknown.reason}: {unknown.message}"} if unknown else {}),
    }
