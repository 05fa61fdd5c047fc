"""What is wrong with an app's ConfigMap, as a condition: there while it is, and gone when all is well."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sluicegate.model.decision import Condition, Decision, Truth
from sluicegate.model.known import Known, Maybe

TYPE = "ClientConfigKept"


def problem(*, reason: str, message: str) -> Condition:
    """`ClientConfigKept` is False: the ConfigMap is not as the app asks for it. Scaling goes on."""
    return Condition(type=TYPE, status=Truth.FALSE, reason=reason, message=message)


def with_client_config(
    decision: Decision, found: Maybe[Condition | None], *, previous: Mapping[str, Any], asked: bool
) -> Decision:
    """``decision`` with what was ``found`` about the ConfigMap, if that is a problem.

    While this process has not looked yet, what ``previous``, the status, says stands: no restart tells it anew.
    """
    if not asked:
        return decision
    one = found.value if isinstance(found, Known) else _told(previous)
    return replace(decision, conditions=(*decision.conditions, one)) if one else decision


def _told(previous: Mapping[str, Any]) -> Condition | None:
    told = next((one for one in previous.get("conditions") or () if one.get("type") == TYPE), None)
    if told is None:
        return None
    return problem(reason=str(told.get("reason")), message=str(told.get("message") or ""))
