"""How things are with one app, from the last look at it: lag by partition, who reads it, what its dependencies
give, and what was decided."""

from __future__ import annotations

from typing import Any

from sluicegate.control.account import account, lag
from sluicegate.control.chronicle import Story
from sluicegate.control.records import AppRecord
from sluicegate.model.decision import Decision
from sluicegate.model.downstream import Share
from sluicegate.model.kafka import Partition, TopicPartition
from sluicegate.model.observation import Observation
from sluicegate.model.sight import sight


def live(record: AppRecord, story: Story | None) -> dict[str, Any]:
    """As JSON values. ``at`` unix seconds of the last look and ``decision`` are null before the first one; a figure
    that could not be had is null, and ``error`` says why."""
    found: dict[str, Any] = {"namespace": record.meta.key.namespace, "name": record.meta.key.name, "at": None}
    decision = story.decision if story else None
    if story is not None and story.entry is not None:
        seen, made = story.entry.observation, story.entry.decision
        shown = sight(seen)
        found |= {name: shown[name] for name in ("at", "workload", "pods", "foreign")}
        found |= {"error": shown.get("error"), "topics": shown.get("topics", [])}
        found |= {"lag": lag(records=made.lag.records, seconds=made.lag.seconds)}
        found |= {"partitions": _partitions(seen, made), "group": shown["group"]}
        found |= {"dependencies": [_dependency(one) for one in seen.shares]}
    told, identity, written = decision or (None, "", False)
    return {**found, "decision": told and account(told, identity=identity, written=written)}


def _dependency(share: Share) -> dict[str, Any]:
    """``replicas`` null: nobody knows what it can give; ``allowed`` null: its breaker limits nothing."""
    return {
        "name": share.name,
        "replicas": share.replicas,
        "why": share.why,
        "breaker": share.breaker.value,
        "allowed": share.allowed,
        "holds": share.holds,
        "breakerWhy": share.breaker_why,
        "problem": share.problem,
        "problemWhy": share.problem_why,
    }


def _partitions(seen: Observation, decision: Decision) -> list[dict[str, Any]]:
    members = seen.group.members if seen.group else ()
    owners = {part: member for member in members for part in member.partitions}
    return [_partition(one, decision, owners=owners) for one in seen.partitions]


def _partition(one: Partition, decision: Decision, *, owners: dict[TopicPartition, Any]) -> dict[str, Any]:
    owner = owners.get(one.key)
    return {
        "topic": one.topic,
        "partition": one.partition,
        "start": one.start,
        "end": one.end,
        "stable": one.stable,
        "committed": one.committed,
        "lag": decision.per_partition.get(f"{one.topic}-{one.partition}"),
        "error": f"{one.fault.kind.value}: {one.fault.message}" if one.fault else None,
        "member": None if owner is None else owner.id,
        "host": None if owner is None else owner.host,
    }
