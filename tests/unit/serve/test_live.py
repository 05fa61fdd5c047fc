"""What the live picture tells of dependencies."""

from __future__ import annotations

from dataclasses import replace

from sluicegate.control.chronicle import Chronicle, Entry
from sluicegate.control.records import AppRecord, Record
from sluicegate.decide import decide
from sluicegate.model.downstream import BreakerState, Share
from sluicegate.model.memory import Memory
from sluicegate.model.resource import Key, Meta
from sluicegate.serve.live import live
from tests.support import given

SHARE = Share(
    name="orders-db",
    replicas=None,
    why="what orders-db can give has not been read yet",
    breaker=BreakerState.HALF_OPEN,
    allowed=1,
    holds=True,
    breaker_why="one canary tries it until check ping is good; the others wait",
    problem="SignalLost",
    problem_why="its capacity cannot be read",
)


def told(*shares: Share) -> object:
    spec = given.spec(scaling={"maxReplicas": 30, "lagPerReplica": 100})
    seen = replace(given.observation(given.partitions(0, 0), replicas=1, at=given.NOW), shares=shares)
    memory = Memory()
    made, left = decide(spec=spec, generation=1, observation=seen, memory=memory, now=given.NOW, poll=given.POLL)
    meta = Meta(key=Key("shop", "orders"), uid="u", generation=1, resource_version="1", created=0.0)
    record: AppRecord = Record(meta=meta, spec=spec)
    chronicle = Chronicle()
    entry = Entry(
        spec=spec,
        generation=1,
        observation=seen,
        memory=memory,
        now=given.NOW,
        poll=given.POLL,
        decision=made,
        acted=None,
        left=left,
    )
    chronicle.note(record, made, identity="01J", entry=entry)
    return live(record, chronicle.story(record.meta.key))["dependencies"]


def test_each_dependency_is_told_in_full_and_unknown_is_null() -> None:
    assert told(SHARE) == [
        {
            "name": "orders-db",
            "replicas": None,
            "why": "what orders-db can give has not been read yet",
            "breaker": "HalfOpen",
            "allowed": 1,
            "holds": True,
            "breakerWhy": "one canary tries it until check ping is good; the others wait",
            "problem": "SignalLost",
            "problemWhy": "its capacity cannot be read",
        }
    ]


def test_an_app_without_dependencies_has_an_empty_list() -> None:
    assert told() == []
