"""Retry and dead-letter topics as people see them: entries of `status.topics`, and the condition `TopicsInSync`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sluicegate.act.figures import known, span
from sluicegate.model.decision import Condition, Decision, Truth
from sluicegate.model.topic import TopicStanding, TopicsView
from sluicegate.telemetry.redact import redact

TYPE = "TopicsInSync"
LONGEST_MESSAGE = 512
PASSING = frozenset({"Provisioning", "Unknown"})
"""Reasons that say nothing against the topics."""


def with_topics(decision: Decision, view: TopicsView | None, *, previous: Mapping[str, Any], asked: bool) -> Decision:
    """``decision`` with what is known of the app's topics, and the condition that tells it.

    ``view`` None: nothing is known by this process yet; what ``previous``, the status, says stands while topics are
    ``asked`` for.
    """
    if view is not None:
        return replace(decision, topics=view, conditions=(*decision.conditions, condition(view)))
    told = next((one for one in previous.get("conditions") or () if one.get("type") == TYPE), None)
    if told is None or not asked:
        return decision
    said = Condition(
        type=TYPE,
        status=Truth(str(told.get("status"))),
        reason=str(told.get("reason")),
        message=str(told.get("message") or ""),
    )
    return replace(decision, conditions=(*decision.conditions, said))


def condition(view: TopicsView) -> Condition:
    """`TopicsInSync`."""
    if not view.reason or view.reason == "InSync":
        return Condition(type=TYPE, status=Truth.TRUE, reason="InSync", message=view.message)
    truth = Truth.UNKNOWN if view.reason in PASSING else Truth.FALSE
    return Condition(type=TYPE, status=truth, reason=view.reason, message=view.message)


def rendered(view: TopicsView | None) -> list[dict[str, Any]]:
    """Entries of `status.topics`, by name."""
    topics = view.topics if view else ()
    return [_entry(one) for one in sorted(topics, key=lambda one: one.topic.name)]


def _entry(one: TopicStanding) -> dict[str, Any]:
    delay = one.topic.delay
    return known(
        {
            "name": one.topic.name,
            "role": one.topic.role.value,
            "delay": None if delay is None else span(delay),
            "partitions": one.partitions,
            "state": one.state.value,
            "id": one.id or None,
            "created": one.created or None,
            "message": redact(one.message)[:LONGEST_MESSAGE] or None,
        }
    )
