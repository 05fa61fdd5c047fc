"""Random lives of an app's topics: people and brokers do what they do, the operator plans, is killed, plans again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any

from sluicegate.decide.topics.plan import Ask, TopicPlan, after, intent, plan, wants_to_read
from sluicegate.model.kafka import Fault, FaultKind
from sluicegate.model.resource import Key
from sluicegate.model.topic import TopicsView
from tests.support.topics import NOW, Brokers, ask, topic

SOURCES = ("orders", "returns", "old_orders", "shop.events", "x" * 245)
TEMPLATES = ("{topic}.{group}.dlq", "{topic}_{group}", "{group}.{delay}", "{topic}-{index}", "{app}.{topic}", "{topic}")
DELAYS = ("1s", "10s", "60s", "1m", "24h", "168h")
OWN: dict[str, tuple[str, ...]] = {
    "cleanup.policy": ("delete", "compact", "compact,delete"),
    "retention.ms": ("-1", "1000", "86400000", "9223372036854775807"),
    "max.message.bytes": ("1000", "2000000", "2147483647"),
    "min.insync.replicas": ("1", "2", "3"),
    "message.timestamp.type": ("CreateTime", "LogAppendTime"),
    "segment.ms": ("1000",),
}
FAULTS = (
    Fault(FaultKind.DENIED, "Authorization failed."),
    Fault(FaultKind.TIMED_OUT, "Timed out"),
    Fault(FaultKind.OTHER, "the policy says no"),
)
OTHER = Key("shop", "older")


def wishes(rng: Random, count: int) -> list[Ask]:
    """Apps of all kinds, with names that will do and names that will not."""
    return [_wish(rng) for _ in range(count)]


def _wish(rng: Random) -> Ask:
    dead: dict[str, Any] = {
        "nameTemplate": rng.choice((None, None, *TEMPLATES)),
        "partitions": rng.choice((None, None, 3, 30)),
        "replicationFactor": rng.choice((None, None, 1, 3)),
        "retention": rng.choice((None, None, "48h", "2400h")),
        "config": rng.choice(({}, {}, {"segment.ms": "07"}, {"min.insync.replicas": "2"}, {"retention.bytes": "99"})),
    }
    handling = {
        "preset": rng.choice(("Sluicegate", "Spring", "ShareGroup")),
        "retry": rng.choice((None, {"delays": rng.choices(DELAYS, k=rng.randint(1, 4))})),
        "deadLetter": {name: value for name, value in dead.items() if value is not None},
        "topics": {
            "provisioner": rng.choice(("Admin", "Admin", "Admin", "None")),
            "adoption": rng.choice(("Check", "Manage", "Never")),
            "drift": rng.choice(("Revert", "Revert", "Report")),
            "deletion": rng.choice(("Retain", "Delete")),
        },
    }
    policy = {
        "maxPartitions": rng.choice((None, None, 2, 10)),
        "maxRetention": rng.choice((None, None, "24h", "720h")),
        "minRetention": rng.choice((None, None, "12h")),
        "allowedPrefixes": rng.choice((None, None, None, ["orders", "old"])),
        "mayDelete": rng.random() < 0.7,
    }
    return ask(
        handling,
        sources=rng.sample(SOURCES, k=rng.randint(1, 2)),
        group=rng.choice(("orders-v1", "orders v1", "g")),
        policy=rng.choice((None, {name: value for name, value in policy.items() if value is not None})),
    )


class World:
    """One app on one cluster. ``ask`` what it asks for and what its status remembers."""

    def __init__(self, rng: Random, asks: Sequence[Ask]) -> None:
        self.rng = rng
        self.asks = asks
        self.ask = rng.choice(asks)
        self.brokers = Brokers.having(share_groups=rng.random() < 0.3)
        self.by_hand = 0
        for name in SOURCES:
            if rng.random() < 0.8:
                self._put(name)

    def happens(self) -> None:
        """Something between two looks of the operator."""
        rng, own = self.rng, sorted(wants_to_read(self.ask) - set(self.ask.spec.topics or ()))
        self.brokers.refuses = {name: rng.choice(FAULTS) for name in own if rng.random() < 0.1}
        match rng.randrange(8):
            case 0:
                self._put(rng.choice(SOURCES))
            case 1:
                self.brokers.topics.pop(rng.choice(SOURCES), None)
            case 2 if own:
                self.brokers.topics.pop(rng.choice(own), None)
            case 3 if own:
                self._put(rng.choice(own))
            case 4 | 5 if self.brokers.topics:
                self._alter(rng.choice(sorted(self.brokers.topics)))
            case 6:
                self.ask = replace(rng.choice(self.asks), remembered=self.ask.remembered)
            case _:
                claimed = {name: OTHER for name in own if rng.random() < 0.2}
                self.ask = replace(self.ask, claimed=claimed)

    def planned(self) -> TopicPlan:
        return plan(self.ask, seen=self.brokers.seen(wants_to_read(self.ask)), now=NOW)

    def carry_out(self, planned: TopicPlan) -> TopicsView | None:
        """As the operator does it, or is killed doing it (None): before, in the middle, or before it could tell."""
        intended = intent(planned)
        if intended is not None:
            self.ask = replace(self.ask, remembered=intended.topics)
        killed = self.rng.random() < 0.15
        changes = planned.changes[: self.rng.randint(0, len(planned.changes))] if killed else planned.changes
        if intended is not None and self.rng.random() < 0.1:
            self._put(self.rng.choice(changes).topic if changes else SOURCES[0])
        outcomes = self.brokers.apply(changes)
        if killed:
            return None
        if self.rng.random() < 0.2:
            outcomes = tuple(replace(one, id="") for one in outcomes)
        view = after(planned, outcomes, now=NOW)
        self.ask = replace(self.ask, remembered=view.topics)
        return view

    def _put(self, name: str) -> None:
        """A person makes a topic, or makes it again."""
        rng = self.rng
        self.by_hand += 1
        own = {key: rng.choice(OWN[key]) for key in rng.sample(sorted(OWN), k=rng.randint(0, 4))}
        self.brokers.topics[name] = topic(
            name,
            partitions=rng.randint(1, 20),
            replication=rng.randint(1, 3),
            id=f"hand-{self.by_hand}",
            own=own,
        )

    def _alter(self, name: str) -> None:
        rng, found = self.rng, self.brokers.topics[name]
        key = rng.choice(sorted(OWN))
        self.brokers.alter(
            name,
            partitions=found.partitions + rng.choice((0, 0, 5)),
            **{key.replace(".", "_"): rng.choice(OWN[key])},
        )
