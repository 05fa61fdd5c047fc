"""A small model of Kafka's topics, and short ways to say what is asked of them: for plans without a broker."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sluicegate.decide.topics.plan import Ask, Seen, TopicPlan, after, intent, plan, wants_to_read
from sluicegate.decide.topics.settings import SHARE_GROUPS_KEY
from sluicegate.model.kafka import ClientConfig, Fault, FaultKind
from sluicegate.model.resource import Key
from sluicegate.model.topic import BrokerTopic, Change, ChangeKind, Outcome, TopicsView
from sluicegate.model.topic_order import TopicAnswer, TopicOrder
from sluicegate.model.topic_policy import TopicPolicy
from tests.support import given

NOW = given.NOW
KEY = Key("shop", "orders")
RETRY, DLQ = "orders.orders-v1.retry-10s", "orders.orders-v1.dlq"
DEFAULTS = {
    "cleanup.policy": "delete",
    "retention.ms": "604800000",
    "message.timestamp.type": "CreateTime",
    "max.message.bytes": "1048588",
    "min.insync.replicas": "1",
    "compression.type": "producer",
    "retention.bytes": "-1",
    "segment.ms": "604800000",
}
"""Settings that the brokers know, with the values they have on topics where nothing is set."""


def topic(
    name: str = "orders",
    *,
    partitions: int = 12,
    replication: int = 3,
    id: str = "",
    own: Mapping[str, str] | None = None,
) -> BrokerTopic:
    """A topic with the settings of ``own`` set on itself."""
    return BrokerTopic(
        name=name,
        id=id or f"id-{name}",
        partitions=partitions,
        replication=replication,
        config={**DEFAULTS, **(own or {})},
        own=frozenset(own or {}),
    )


def ask(
    handling: Mapping[str, Any] | None = None,
    *,
    sources: Sequence[str] = ("orders",),
    key: Key = KEY,
    group: str = "orders-v1",
    policy: Mapping[str, Any] | None = None,
    claimed: Mapping[str, Key] | None = None,
) -> Ask:
    """An app with one retry after ten seconds; ``handling`` and ``policy`` as in YAML."""
    asked = {"retry": {"delays": ["10s"]}, **(handling or {})}
    return Ask(
        key=key,
        created=NOW,
        spec=given.spec(
            topics=sources,
            consumerGroup=group,
            errorHandling={name: value for name, value in asked.items() if value is not None},
        ),
        policy=None if policy is None else TopicPolicy.model_validate(policy),
        claimed=claimed or {},
    )


@dataclass
class Brokers:
    """Does what a cluster would: takes what Kafka takes. ``refuses`` faults by topic; ``log`` what was done."""

    topics: dict[str, BrokerTopic] = field(default_factory=dict)
    known: frozenset[str] = frozenset(DEFAULTS)
    refuses: dict[str, Fault] = field(default_factory=dict)
    log: list[Change] = field(default_factory=list)
    made: int = 0

    @classmethod
    def having(cls, *topics: BrokerTopic, share_groups: bool = False) -> Brokers:
        known = frozenset((*DEFAULTS, SHARE_GROUPS_KEY)) if share_groups else frozenset(DEFAULTS)
        return cls(topics={one.name: one for one in topics}, known=known)

    def seen(self, names: Iterable[str]) -> Seen:
        return Seen(topics={name: self.topics.get(name) for name in names}, config_keys=self.known)

    def apply(self, changes: Iterable[Change]) -> tuple[Outcome, ...]:
        return tuple(self._do(change) for change in changes)

    def alter(self, name: str, *, partitions: int | None = None, **settings: str) -> None:
        """By hand: ``settings`` with underscores for dots."""
        found = self.topics[name]
        values = {key.replace("_", "."): value for key, value in settings.items()}
        self.topics[name] = replace(
            found,
            partitions=partitions or found.partitions,
            config={**found.config, **values},
            own=found.own | set(values),
        )

    def _do(self, change: Change) -> Outcome:
        if change.topic in self.refuses:
            return Outcome(change=change, fault=self.refuses[change.topic])
        fault = self._refusal(change)
        exists = change.kind is ChangeKind.CREATE and change.topic in self.topics
        if fault is not None:
            return Outcome(change=change, fault=fault, exists=exists)
        self.log.append(change)
        if change.kind is ChangeKind.DELETE:
            del self.topics[change.topic]
            return Outcome(change=change)
        if change.kind is ChangeKind.CREATE:
            self.made += 1
            self.topics[change.topic] = topic(
                change.topic,
                partitions=change.partitions,
                replication=change.replication or 1,
                id=f"made-{self.made}",
                own=_told(change.config),
            )
            return Outcome(change=change, id=f"made-{self.made}")
        found = self.topics[change.topic]
        self.topics[change.topic] = replace(
            found,
            partitions=change.partitions or found.partitions,
            config={**found.config, **_told(change.config)},
            own=found.own | set(change.config),
        )
        return Outcome(change=change)

    def _refusal(self, change: Change) -> Fault | None:
        found = self.topics.get(change.topic)
        if change.kind is ChangeKind.CREATE:
            return self._name(change.topic) or self._settings(change, change.replication or 1)
        if found is None:
            return Fault(FaultKind.UNKNOWN_TOPIC, f"there is no topic {change.topic}")
        if change.kind is ChangeKind.GROW and change.partitions <= found.partitions:
            return Fault(FaultKind.OTHER, f"the topic already has {found.partitions} partitions")
        if change.kind is ChangeKind.DELETE and change.id != found.id:
            return Fault(FaultKind.OTHER, "this is another topic")
        return self._settings(change, found.replication) if change.kind is ChangeKind.CONFIGURE else None

    def _name(self, name: str) -> Fault | None:
        if name in self.topics:
            return Fault(FaultKind.OTHER, f"Topic '{name}' already exists.")
        if not re.fullmatch("[a-zA-Z0-9._-]{1,249}", name) or name in (".", "..") or name.startswith("__"):
            return Fault(FaultKind.UNKNOWN_TOPIC, f"Topic name '{name}' is illegal")
        for other in self.topics:
            if other.replace(".", "_") == name.replace(".", "_"):
                return Fault(FaultKind.UNKNOWN_TOPIC, f"Topic '{name}' collides with existing topic: {other}")
        return None

    def _settings(self, change: Change, replication: int) -> Fault | None:
        unknown = set(change.config) - self.known
        if unknown:
            return Fault(FaultKind.OTHER, f"Unknown topic config name: {min(unknown)}")
        if int(change.config.get("min.insync.replicas", "1")) > replication:
            return Fault(FaultKind.OTHER, "nothing could be written with acks=all")
        return None


class Port:
    """The model behind the port of the control room."""

    def __init__(self, brokers: Brokers) -> None:
        self.brokers = brokers

    async def topics(
        self,
        config: ClientConfig,
        order: TopicOrder,
        *,
        timeout: float,  # noqa: ASYNC109 (as the port has it)
    ) -> TopicAnswer:
        outcomes = self.brokers.apply(order.changes)
        seen = self.brokers.seen(order.read)
        return TopicAnswer(topics=seen.topics, outcomes=outcomes, config_keys=seen.config_keys)


def _told(config: Mapping[str, str]) -> dict[str, str]:
    """Brokers tell numbers in their shortest form."""
    return {name: str(int(value)) if value.lstrip("-").isdigit() else value for name, value in config.items()}


def pass_over(asked: Ask, brokers: Brokers) -> tuple[Ask, TopicPlan, TopicsView]:
    """One look as the operator has it: plan, remember what is about to be made, do it, remember what came of it."""
    planned = plan(asked, seen=brokers.seen(wants_to_read(asked)), now=NOW)
    intended = intent(planned)
    if intended is not None:
        asked = replace(asked, remembered=intended.topics)
    view = after(planned, brokers.apply(planned.changes), now=NOW)
    return replace(asked, remembered=view.topics), planned, view
