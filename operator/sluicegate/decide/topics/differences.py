"""What a topic lacks beside what it should be: partitions, settings, replicas."""

from __future__ import annotations

from collections.abc import Mapping

from sluicegate.decide.topics import retention
from sluicegate.decide.topics.settings import Wish
from sluicegate.decide.topics.values import number, same
from sluicegate.model.topic import BrokerTopic, Change, ChangeKind, Role

AT_LEAST = frozenset({"retention.ms", "max.message.bytes", "min.insync.replicas"})
"""Settings of which somebody else's topic may have more than is asked for."""


def wrong(config: Mapping[str, str], seen: BrokerTopic) -> dict[str, str]:
    """Settings that do not have the value that they should."""
    return {name: value for name, value in sorted(config.items()) if not same(seen.config.get(name), value)}


def reaches(name: str, value: str, seen: BrokerTopic) -> bool:
    """Whether ``seen`` has ``value``, or more where more is as good."""
    found, wanted = number(seen.config.get(name)), number(value)
    if name not in AT_LEAST or found is None or wanted is None:
        return same(seen.config.get(name), value)
    return retention.enough(found, wanted=wanted) if name == "retention.ms" else found >= wanted


def harmful(wish: Wish, seen: BrokerTopic) -> dict[str, str]:
    """What about somebody else's topic would lose messages, by setting."""
    needed = {
        "cleanup.policy": "delete",
        "retention.ms": wish.config["retention.ms"],
        "max.message.bytes": str(wish.message_bytes),
    }
    if wish.topic.role is Role.RETRY:
        needed["message.timestamp.type"] = "LogAppendTime"
    return {
        name: f"{name} is {seen.config.get(name)} instead of {_least(name, value)}"
        for name, value in needed.items()
        if not reaches(name, value, seen)
    }


def too_few(wish: Wish, seen: BrokerTopic) -> str:
    """Empty: there are partitions enough."""
    if seen.partitions >= wish.partitions:
        return ""
    return f"{seen.partitions} partitions instead of at least {wish.partitions}"


def spelled(config: Mapping[str, str], seen: BrokerTopic) -> str:
    """Setting by setting, what is and what should be."""
    return ", ".join(f"{name} is {seen.config.get(name)} instead of {value}" for name, value in sorted(config.items()))


def replicas(wish: Wish, seen: BrokerTopic) -> str:
    """Fewer replicas than asked for: told, and never changed. Empty: there are enough."""
    if seen.replication >= wish.replication:
        return ""
    return (
        f"{wish.topic.name} has {seen.replication} replicas of each partition instead of {wish.replication}: this is "
        "not changed here; reassign its partitions with kafka-reassign-partitions.sh"
    )


def growth(wish: Wish, seen: BrokerTopic) -> tuple[Change, ...]:
    """Partitions only grow."""
    if seen.partitions >= wish.partitions:
        return ()
    return (Change(kind=ChangeKind.GROW, topic=wish.topic.name, partitions=wish.partitions),)


def configuration(wish: Wish, config: Mapping[str, str]) -> tuple[Change, ...]:
    """Nothing to set, no change."""
    if not config:
        return ()
    return (Change(kind=ChangeKind.CONFIGURE, topic=wish.topic.name, config=dict(config)),)


def _least(name: str, value: str) -> str:
    if name == "retention.ms":
        return f"at least {value} ({retention.show(int(value))})"
    return f"at least {value}" if name in AT_LEAST else value
