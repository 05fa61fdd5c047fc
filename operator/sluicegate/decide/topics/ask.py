"""What a plan for an app's topics starts from: what it asks for, what is remembered, what the brokers have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sluicegate.decide.topics.names import topics_of
from sluicegate.model.app import AppSpec
from sluicegate.model.kafka import Fault, FaultKind
from sluicegate.model.resource import Key
from sluicegate.model.topic import BrokerTopic, TopicStanding
from sluicegate.model.topic_policy import TopicPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What one app asks for. ``remembered`` from its status; ``claimed`` who else has which name, by name."""

    key: Key
    created: float
    spec: AppSpec
    remembered: tuple[TopicStanding, ...] = ()
    policy: TopicPolicy | None = None
    claimed: Mapping[str, Key] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Topics by name as the brokers described them: None where there is none, a Fault where it could not be read; a
    name that is absent was not asked for. ``alike`` made from them: topics that are there, by what Kafka's metrics
    call them."""

    topics: Mapping[str, BrokerTopic | Fault | None]
    config_keys: frozenset[str] = frozenset()
    alike: Mapping[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        there = sorted((name for name, found in self.topics.items() if isinstance(found, BrokerTopic)), reverse=True)
        object.__setattr__(self, "alike", {name.replace(".", "_"): name for name in there})

    def topic(self, name: str) -> BrokerTopic | Fault | None:
        """As in ``topics``; one that was not asked for is a Fault."""
        if name not in self.topics:
            return Fault(FaultKind.OTHER, f"topic {name!r} was not read yet")
        return self.topics[name]


def wants_to_read(ask: Ask) -> frozenset[str]:
    """Names of all topics that a plan for this app looks at: sources, own ones, and those once made for it."""
    own = [one.name for one in topics_of(ask.spec, key=ask.key).topics]
    if not own:
        return frozenset()
    return frozenset((*own, *(ask.spec.topics or ()), *(one.topic.name for one in ask.remembered)))
