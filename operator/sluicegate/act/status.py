"""Statuses as values: rendered from a decision (or a sweep), compared with what is there, written only if it pays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sluicegate.act import topic_status
from sluicegate.act.conditions import rendered, words
from sluicegate.act.figures import known, moment, rounded, span
from sluicegate.act.merge import merge_patch
from sluicegate.act.quiet import worth_writing
from sluicegate.model.app import AppSpec
from sluicegate.model.decision import Condition, Decision, Lag, Letters, Truth
from sluicegate.model.downstream import Share
from sluicegate.model.kafka import Fault, Sweep
from sluicegate.model.known import Known

__all__ = ["merge_patch", "render", "render_connection", "worth_writing"]

Status = Mapping[str, Any]


def render(
    *,
    spec: AppSpec | None,
    generation: int,
    decision: Decision,
    identity: str,
    memory: Mapping[str, Any],
    previous: Status,
    now: float,
) -> dict[str, Any]:
    """The whole status of an app. ``identity`` names the decision in logs and events; ``memory`` from `persist`.

    ``previous`` is the status as it is: conditions that did not change keep their transition time.
    """
    objective = spec.lag_objective if spec else None
    parts = decision.partitions
    status = {
        "observedGeneration": generation,
        "replicas": known(
            {
                "current": decision.current,
                "desired": decision.replicas,
                "wanted": decision.wanted,
                "cap": decision.cap,
            }
        ),
        "limitedBy": str(decision.limited_by),
        "decision": {
            "id": identity,
            "action": decision.action.value,
            "reason": decision.reason,
            "message": words(decision.message),
            "at": moment(decision.at),
        },
        "lag": _lag(decision.lag, at=decision.at),
        "rate": known({"in": _figure(decision.rate_in), "out": _figure(decision.rate_out)}),
        "partitions": known(
            {
                "usable": parts.usable,
                "count": parts.count,
                "members": parts.members,
                "foreignMembers": parts.foreign_members,
            }
        )
        if parts.usable is not None or parts.count is not None
        else {},
        "capacityPerReplica": known(
            {"value": _figure(decision.capacity.value), "source": str(decision.capacity.source)}
        ),
        "effective": {} if objective is None else {"lagObjective": span(objective)},
        "foreign": known(
            {
                "kind": decision.foreign.kind,
                "name": decision.foreign.name,
                "desired": decision.foreign.desired,
                "paused": decision.foreign.paused,
            }
        )
        if decision.foreign
        else {},
        "dependencies": [_share(one) for one in decision.shares],
        # What stands there tells our topics from others': it stays until something newer is known.
        "topics": topic_status.rendered(decision.topics) if decision.topics else previous.get("topics") or [],
        "deadLetter": _letters(decision.dead_letters),
        "memory": dict(memory),
        "conditions": rendered(decision.conditions, generation=generation, previous=previous, now=now),
    }
    return {name: value for name, value in status.items() if value not in ({}, [])}


def render_connection(
    *, generation: int, sweep: Sweep | None, fault: Fault | None, apps: int, previous: Status, now: float
) -> dict[str, Any]:
    """The whole status of a KafkaConnection after one poll: ``sweep`` what it found, ``fault`` what went wrong."""
    trouble = fault or (sweep.fault if sweep else None)
    good = sweep is not None and trouble is None
    if trouble:
        said = Condition(type="Ready", status=Truth.FALSE, reason=trouble.kind.value, message=trouble.message)
    elif good:
        said = Condition(type="Ready", status=Truth.TRUE, reason="Reachable", message="the cluster answers")
    else:
        said = Condition(type="Ready", status=Truth.UNKNOWN, reason="NotSwept", message="not looked at yet")
    status: dict[str, Any] = {
        "observedGeneration": generation,
        "reachable": good,
        "clusterId": sweep.cluster_id if sweep and good else previous.get("clusterId"),
        "brokers": sweep.brokers if sweep and good else previous.get("brokers"),
        "apps": apps,
        "lastSweep": {"at": moment(sweep.at), "time": span(float(rounded(sweep.seconds)))}
        if sweep and good
        else previous.get("lastSweep"),
        "conditions": rendered((said,), generation=generation, previous=previous, now=now),
    }
    return known(status)


def _share(one: Share) -> dict[str, Any]:
    return known(
        {
            "name": one.name,
            "replicas": one.replicas,
            "allowed": one.allowed,
            "breaker": one.breaker.value,
            "problem": one.problem or None,
        }
    )


def _letters(letters: Letters | None) -> dict[str, Any]:
    """``topics`` only where there are several; without ``records`` while they are unknown. A rate of nothing is not
    worth a line."""
    if letters is None:
        return {}
    return known(
        {
            "topic": letters.topic,
            "topics": letters.topics if letters.topics > 1 else None,
            "records": letters.records,
            "oldest": None if letters.oldest is None else moment(letters.oldest),
            "rate": _figure(letters.rate) or None,
        }
    )


def _lag(lag: Lag, *, at: float) -> dict[str, Any]:
    """Empty while the messages are unknown; without ``time`` while only their age is."""
    if not isinstance(lag.records, Known):
        return {}
    age = span(float(rounded(lag.seconds.value))) if isinstance(lag.seconds, Known) else None
    return known({"records": rounded(lag.records.value), "time": age, "at": moment(at)})


def _figure(value: float | None) -> int | float | None:
    return None if value is None else rounded(value)
