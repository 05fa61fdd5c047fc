"""From a status to the lines of `explain`: lag, what it asks for, what may run, what was decided."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sluicegate.cli.dependency_table import ceilings
from sluicegate.cli.topic_table import topics_in_words

Body = Mapping[str, Any]
BAD_WHEN_TRUE = frozenset({"Stalled", "ScalingLimited", "DeadLettering"})
PASSING = frozenset({"Reconciling"})


def reasons(body: Body) -> list[tuple[str, str]]:
    """(what, words) in the order in which they count. The status is all that is asked."""
    spec, status = body.get("spec") or {}, body.get("status") or {}
    if not status:
        return [("status", "no decision yet: the operator has not looked at this app, or does not run")]
    replicas, decision = status.get("replicas") or {}, status.get("decision") or {}
    lines = [
        ("lag", _lag(status)),
        ("rates", _rates(status)),
        ("objective", _objective(spec, status)),
        ("wanted", _or_unknown(replicas.get("wanted"), "by the lag alone")),
        ("allowed", _allowed(body)),
        ("limited by", str(status.get("limitedBy", "unknown"))),
        ("decided", _decided(replicas, decision)),
        (
            "why",
            f"{decision.get('message', 'unknown')} ({decision.get('reason', 'unknown')}, {decision.get('at', '')})",
        ),
    ]
    if topics := topics_in_words(body):
        lines.append(("topics", topics))
    if letters := _dead_letters(status):
        lines.append(("dead letters", letters))
    if status.get("foreign"):
        lines.append(("foreign", foreign(status["foreign"])))
    lines += [(one["type"], f"{one['status']}: {one.get('message') or one.get('reason')}") for one in notable(status)]
    return [(name, words) for name, words in lines if words]


def notable(status: Body) -> list[Mapping[str, Any]]:
    """Conditions that are not as they should be."""
    return [
        one
        for one in status.get("conditions") or ()
        if one["type"] not in PASSING and one["status"] != ("False" if one["type"] in BAD_WHEN_TRUE else "True")
    ]


def foreign(found: Body) -> str:
    """Another autoscaler in words."""
    desired = found.get("desired")
    number = "shows no number" if desired is None else f"would have {desired}"
    return f"{found.get('kind')} {found.get('name')} {number}" + (", paused" if found.get("paused") else "")


def _lag(status: Body) -> str:
    lag = status.get("lag") or {}
    if lag.get("records") is None:
        unknown = next((one for one in notable(status) if one["type"] == "LagKnown"), {})
        return f"unknown: {unknown.get('message') or unknown.get('reason') or 'not read yet'}"
    age = f", the oldest waits for {lag['time']}" if lag.get("time") else ""
    return f"{lag['records']:,} messages{age} (at {lag.get('at')})"


def _rates(status: Body) -> str:
    rate, capacity = status.get("rate") or {}, status.get("capacityPerReplica") or {}
    said = [
        f"{rate['in']:g}/s arrive" if rate.get("in") is not None else "",
        f"{rate['out']:g}/s are handled" if rate.get("out") is not None else "",
        f"one replica handles {capacity['value']:g}/s ({str(capacity.get('source')).lower()})"
        if capacity.get("value") is not None
        else "what one replica handles is not known yet",
    ]
    return ", ".join(part for part in said if part)


def _dead_letters(status: Body) -> str:
    found = status.get("deadLetter") or {}
    if not found:
        return ""
    others = f" and {found['topics'] - 1} more" if found.get("topics", 1) > 1 else ""
    where = f"{found.get('topic')}{others}"
    if found.get("records") is None:
        return f"unknown in {where}"
    if not found["records"]:
        return f"none in {where}"
    age = f", the oldest came at {found['oldest']}" if found.get("oldest") else ""
    rate = f", {found['rate']:g}/s come" if found.get("rate") else ""
    return f"{found['records']:,} in {where}{age}{rate}"


def _objective(spec: Body, status: Body) -> str:
    per_replica = (spec.get("scaling") or {}).get("lagPerReplica")
    objective = (status.get("effective") or {}).get("lagObjective")
    if per_replica is not None:
        return f"{per_replica} messages of lag a replica"
    return f"every message handled within {objective}" if objective else ""


def _allowed(body: Body) -> str:
    spec, status = body.get("spec") or {}, body.get("status") or {}
    scaling, parts = spec.get("scaling") or {}, status.get("partitions") or {}
    cap = (status.get("replicas") or {}).get("cap")
    said = [f"minReplicas {scaling.get('minReplicas', 1)}, maxReplicas {scaling.get('maxReplicas')}"]
    if parts.get("usable") is not None:
        others = parts.get("foreignMembers") or 0
        said.append(
            f"partitions for {parts['usable']}" + (f" ({others} members are not of this workload)" if others else "")
        )
    said += ceilings(body)
    return ", ".join(said) + (f": at most {cap}" if cap is not None else "")


def _decided(replicas: Body, decision: Body) -> str:
    current, desired = replicas.get("current"), replicas.get("desired")
    number = _or_unknown(desired, f"({current} now)" if current != desired else "as now")
    return f"{decision.get('action', 'unknown')}: {number}"


def _or_unknown(value: object, words: str) -> str:
    return "unknown" if value is None else f"{value} {words}".strip()
