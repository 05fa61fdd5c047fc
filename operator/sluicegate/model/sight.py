"""One observation as a line of a recording has it, and back; see `model.recording` for the form of the whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sluicegate.errors import Invalid
from sluicegate.model.kafka import Fault, FaultKind, Group, Member, Partition, TopicPartition
from sluicegate.model.observation import Observation
from sluicegate.model.plain import plain, revive
from sluicegate.model.topic import DeadLetters, RetryPartition

UNBOUND = 1_000_000
"""Replicas, more than any: of a dependency whose share a line does not tell."""
FINAL = " (final)"
"""At the end of the kind of an error that trying again does not mend."""
COUNTS = {"desired": 0, "ready": 0, "updated": 0}
NO_PODS = {"live": 0, "terminating": 0, "surge": 0, "ips": []}
UNNAMED = {"kind": "Deployment", "name": "", "uid": "", "resourceVersion": ""}
"""What a line made elsewhere need not tell of a workload."""
Body = Mapping[str, Any]


def sight(seen: Observation) -> dict[str, Any]:
    """``seen`` as JSON values."""
    rest = plain(replace(seen, partitions=(), group=None, fault=None, topic_faults=(), retry=(), dead_letters=()))
    found: dict[str, Any] = {
        **rest,
        "workload": None if seen.workload is None else {**COUNTS, **rest["workload"]},
        "pods": {**NO_PODS, **rest["pods"]},
        "group": None if seen.group is None else _group(seen.group),
        "partitions": [_partition(one) for one in seen.partitions],
        "foreign": rest.get("foreign"),
    }
    found.pop("shares", None)
    if seen.shares:
        found["shares"] = {one.name: one.replicas for one in seen.shares}
        found["breakers"] = {one.name: one.breaker.value for one in seen.shares}
        found["dependencies"] = rest["shares"]
    if seen.retry:
        found["retry"] = [_retry(one) for one in seen.retry]
    if seen.dead_letters:
        found["deadLetter"] = _dead_letter(seen.dead_letters)
    if seen.fault is not None:
        found["error"] = _error(seen.fault)
    if seen.topic_faults:
        found["topics"] = [{"topic": topic, "error": _error(fault)} for topic, fault in seen.topic_faults]
    return found


def read_sight(found: Body) -> Observation:
    """The observation behind the keys of a line. Invalid names the key that does not fit."""
    at = revive(float, found.get("at"), path="at")
    workload, pods, group = found.get("workload"), found.get("pods"), found.get("group")
    kept = {
        **found,
        "workload": None if workload is None else {**UNNAMED, **_body(workload, "workload")},
        "pods": {} if pods is None else pods,
        "group": None,
        "partitions": [],
        "fault": None,
        "topicFaults": [],
        "retry": [],
        "deadLetters": [],
        "shares": _shares(found, desired=0 if workload is None else _body(workload, "workload").get("desired", 0)),
    }
    return replace(
        revive(Observation, kept, path="observation"),
        group=None if group is None else _read_group(_body(group, "group"), at=at),
        partitions=tuple(_read_partition(one, at=at) for one in _bodies(found, "partitions")),
        fault=_read_error(found.get("error")),
        topic_faults=tuple(
            (str(one.get("topic")), _read_error(one.get("error")) or Fault(FaultKind.OTHER, ""))
            for one in _bodies(found, "topics")
        ),
        retry=tuple(_read_retry(one) for one in _bodies(found, "retry")),
        dead_letters=_read_dead_letter(found.get("deadLetter")),
    )


def _shares(found: Body, *, desired: object) -> Sequence[Body]:
    """In full under ``dependencies``; a line made elsewhere has ``shares`` and ``breakers``, by name, alone: a breaker
    that is not closed holds what runs, and where there is no share nothing else does."""
    if "dependencies" in found:
        return _bodies(found, "dependencies")
    unknown = "nobody knows how many"
    shares, breakers = (_body(found.get(name) or {}, name) for name in ("shares", "breakers"))
    return [
        {
            "name": name,
            "replicas": shares.get(name, UNBOUND),
            "why": f"{name} gives room for {unknown if shares.get(name) is None else shares[name]} replicas",
            "breaker": state,
            **({} if state == "Closed" else {"allowed": desired, "holds": True, "breakerWhy": f"{name} is not well"}),
        }
        for name in sorted({*shares, *breakers})
        for state in [breakers.get(name, "Closed")]
    ]


def _partition(one: Partition) -> dict[str, Any]:
    error = None if one.fault is None else _error(one.fault)
    return {"topicId": None, **plain(replace(one, fault=None)), "error": error}


def _read_partition(found: Body, *, at: float) -> Partition:
    kept = {"start": None, "end": None, "stable": found.get("end"), "committed": None, "at": at, **found, "fault": None}
    where = f"partitions[{found.get('topic')}-{found.get('partition')}]"
    return replace(revive(Partition, kept, path=where), fault=_read_error(found.get("error")))


def _retry(one: RetryPartition) -> dict[str, Any]:
    told = plain(replace(one, fault=None))
    return told if one.fault is None else {**told, "error": _error(one.fault)}


def _read_retry(found: Body) -> RetryPartition:
    kept = {"dueEnd": None, "committed": None, **found, "fault": None}
    where = f"retry[{found.get('topic')}-{found.get('partition')}]"
    return replace(revive(RetryPartition, kept, path=where), fault=_read_error(found.get("error")))


def _dead_letter(seen: Sequence[DeadLetters]) -> dict[str, Any]:
    """All together, and each topic for itself: a replay judges storms by how many ever came to each."""
    known = [one.records for one in seen if one.records is not None]
    return {
        "records": sum(known) if len(known) == len(seen) else None,
        "oldest": min((one.oldest for one in seen if one.oldest is not None), default=None),
        "topics": [
            {**plain(replace(one, fault=None)), **({} if one.fault is None else {"error": _error(one.fault)})}
            for one in seen
        ],
    }


def _read_dead_letter(found: object) -> tuple[DeadLetters, ...]:
    """A line made elsewhere has no topics; what ever came is not known then."""
    if found is None:
        return ()
    body = _body(found, "deadLetter")
    bodies = _bodies(body, "topics") or [{"topic": "", "records": body.get("records"), "oldest": body.get("oldest")}]
    return tuple(
        replace(
            revive(DeadLetters, {"records": None, "ends": None, **one, "fault": None}, path="deadLetter"),
            fault=_read_error(one.get("error")),
        )
        for one in bodies
    )


def _group(group: Group) -> dict[str, Any]:
    return {**plain(replace(group, members=())), "members": [_member(one) for one in group.members]}


def _member(one: Member) -> dict[str, Any]:
    return {**plain(one), "partitions": [[part.topic, part.partition] for part in one.partitions]}


def _read_group(found: Body, *, at: float) -> Group:
    kept = {"type": "Classic", "assignor": "", "generation": None, "describedAt": at, **found, "members": []}
    members = tuple(_read_member(one) for one in _bodies(found, "members"))
    return replace(revive(Group, kept, path="group"), members=members)


def _read_member(found: Body) -> Member:
    parts = revive(tuple[tuple[str, int], ...], found.get("partitions") or [], path="group.members.partitions")
    told = {"instanceId": None, "clientId": "", "host": "", **found, "partitions": []}
    value = revive(Member, told, path="group.members")
    return replace(value, partitions=tuple(TopicPartition(topic, number) for topic, number in parts))


def _error(fault: Fault) -> str:
    return f"{fault.kind.value}{'' if fault.retriable else FINAL}: {fault.message}"


def _read_error(said: object) -> Fault | None:
    """A fault in our form; any other words are a fault of which nothing more is known."""
    if said is None:
        return None
    kind, _, message = str(said).partition(": ")
    for known in FaultKind:
        if kind in (known.value, known.value + FINAL):
            return Fault(known, message, retriable=not kind.endswith(FINAL))
    return Fault(FaultKind.OTHER, str(said))


def _bodies(found: Body, name: str) -> Sequence[Body]:
    listed = found.get(name)
    if listed is None:
        return ()
    if not isinstance(listed, list):
        raise Invalid(f"{name} is {listed!r}: write a list", field=name)
    return [_body(one, name) for one in listed]


def _body(found: object, name: str) -> Body:
    if not isinstance(found, Mapping):
        raise Invalid(f"{name} is {found!r}: write a map", field=name)
    return found
