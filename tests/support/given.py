"""Short ways to say what is given to the mind: a spec, partitions, members, an observation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sluicegate.decide import decide
from sluicegate.model.app import AppSpec
from sluicegate.model.decision import Condition, Decision
from sluicegate.model.kafka import Fault, FaultKind, Group, Member, Partition, TopicPartition
from sluicegate.model.memory import Memory
from sluicegate.model.observation import Foreign, Observation, Pods, Rival, Workload

NOW = 1_700_000_000.0
POLL = 10.0


def spec(*, kafka: dict[str, Any] | None = None, topics: Sequence[str] | None = ("orders",), **more: Any) -> AppSpec:
    """An app on topic orders; ``scaling`` and any other field as in YAML."""
    scaling = {"maxReplicas": 40, "capacityPerReplica": 50, **more.pop("scaling", {})}
    body: dict[str, Any] = {
        "scaleTargetRef": {"name": "orders"},
        "kafka": {"bootstrapServers": "kafka:9092", **(kafka or {})},
        "consumerGroup": "orders-v1",
        "scaling": {name: value for name, value in scaling.items() if value is not None},
        **more,
    }
    if topics is not None:
        body["topics"] = list(topics)
    return AppSpec.model_validate(body)


def partition(index: int = 0, *, topic: str = "orders", at: float = NOW, **more: Any) -> Partition:
    """By default 1,000 messages, all committed."""
    end = more.get("end", 1000)
    given: dict[str, Any] = {"start": 0, "end": end, "stable": end, "committed": end, "topic_id": f"id-{topic}"}
    return Partition(topic=topic, partition=index, at=at, **{**given, **more})


def partitions(*lags: int, end: int = 10_000, at: float = NOW, topic: str = "orders") -> tuple[Partition, ...]:
    """Partitions that each end at ``end`` with these lags."""
    return tuple(partition(i, topic=topic, at=at, end=end, committed=end - lag) for i, lag in enumerate(lags))


def dealt(parts: Sequence[Partition], members: int) -> tuple[Member, ...]:
    """``members`` members on hosts 10.0.0.N with the partitions dealt out one by one."""
    return tuple(
        Member(
            id=f"m{m}",
            instance_id=None,
            client_id="c",
            host=f"10.0.0.{m}",
            partitions=tuple(TopicPartition(p.topic, p.partition) for p in parts[m::members]),
        )
        for m in range(members)
    )


def group(members: Sequence[Member] = (), **more: Any) -> Group:
    given: dict[str, Any] = {
        "state": "Stable" if members else "Empty",
        "type": "Classic",
        "assignor": "cooperative-sticky" if members else "",
        "generation": 1,
        "described_at": NOW,
    }
    return Group(members=tuple(members), **{**given, **more})


def workload(replicas: int, **more: Any) -> Workload:
    given: dict[str, Any] = {
        "kind": "Deployment",
        "name": "orders",
        "uid": "w",
        "resource_version": "1",
        "desired": replicas,
        "ready": replicas,
        "updated": replicas,
    }
    return Workload(**{**given, **more})


def pods(replicas: int, **more: Any) -> Pods:
    ips = tuple(f"10.0.0.{m}" for m in range(replicas))
    return Pods(**{"live": replicas, "ready": replicas, "ips": ips, **more})


def observation(
    parts: Sequence[Partition] = (),
    *,
    replicas: int | None = 2,
    at: float = NOW,
    members: Sequence[Member] | None = None,
    fault: Fault | None = None,
    foreign: Foreign | None = None,
    rival: Rival | None = None,
    **more: Any,
) -> Observation:
    """A settled app with as many members as replicas, unless said otherwise."""
    count = replicas or 0
    found = dealt(parts, count) if members is None and count else tuple(members or ())
    given: dict[str, Any] = {
        "workload": None if replicas is None else workload(replicas),
        "pods": pods(count),
        "group": None if fault else group(found, described_at=at),
    }
    return Observation(at=at, partitions=tuple(parts), fault=fault, foreign=foreign, rival=rival, **{**given, **more})


def decided(
    seen: Observation, *, app: AppSpec | None = None, memory: Memory | None = None, poll: float = POLL
) -> tuple[Decision, Memory]:
    """One decision at the observation's own time."""
    return decide(spec=app or spec(), generation=1, observation=seen, memory=memory or Memory(), now=seen.at, poll=poll)


def condition(decision: Decision, type_: str) -> Condition:
    return next(one for one in decision.conditions if one.type == type_)


LOST = Fault(FaultKind.UNREACHABLE, "all brokers are down")
