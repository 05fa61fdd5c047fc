"""What crosses the pipe about topics: orders and answers as JSON, spelled out by hand as those of sweeps are."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sluicegate.model.kafka import ClientConfig, Fault
from sluicegate.model.topic import BrokerTopic, Change, ChangeKind, Outcome
from sluicegate.model.topic_order import TopicAnswer, TopicOrder
from sluicegate.observe.kafka.wire import dump, fault_in, fault_out

MARK = b'{"topics":'
"""How the body of such an order begins; that of a sweep is a list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicErrand:
    """An order with its number and connection; ``limit`` seconds that the child may take."""

    number: int
    config: ClientConfig
    order: TopicOrder
    limit: float


def encode_errand(errand: TopicErrand) -> bytes:
    return dump(
        {
            "topics": [
                errand.number,
                errand.config.settings,
                errand.order.read,
                [_change_out(change) for change in errand.order.changes],
                errand.limit,
                errand.order.readers_of,
            ]
        }
    )


def is_errand(body: bytes) -> bool:
    return body.startswith(MARK)


def decode_errand(body: bytes) -> TopicErrand:
    number, settings, read, changes, limit, readers_of = json.loads(body)["topics"]
    return TopicErrand(
        number=number,
        config=ClientConfig(settings=tuple((name, value) for name, value in settings)),
        order=TopicOrder(
            read=tuple(read),
            changes=tuple(_change_in(one) for one in changes),
            readers_of=tuple(readers_of),
        ),
        limit=limit,
    )


def encode_answer(number: int, answer: TopicAnswer) -> bytes:
    return dump(
        [
            number,
            {name: _topic_out(found) for name, found in answer.topics.items()},
            [[_change_out(one.change), fault_out(one.fault), one.id, one.exists, one.kept] for one in answer.outcomes],
            sorted(answer.config_keys),
            fault_out(answer.fault),
            dict(answer.requests),
            dict(answer.readers),
        ]
    )


def decode_answer(body: bytes) -> TopicAnswer:
    _, topics, outcomes, keys, fault, requests, readers = json.loads(body)
    return TopicAnswer(
        topics={name: _topic_in(row) for name, row in topics.items()},
        outcomes=tuple(
            Outcome(change=_change_in(change), fault=fault_in(why), id=id_, exists=exists, kept=kept)
            for change, why, id_, exists, kept in outcomes
        ),
        config_keys=frozenset(keys),
        fault=fault_in(fault),
        requests=requests,
        readers={topic: tuple(groups) for topic, groups in readers.items()},
    )


def _topic_out(found: BrokerTopic | Fault | None) -> Any:
    if isinstance(found, Fault):
        return {"fault": fault_out(found)}
    if found is None:
        return None
    return [found.name, found.id, found.partitions, found.replication, dict(found.config), sorted(found.own)]


def _topic_in(row: Any) -> BrokerTopic | Fault | None:
    if row is None:
        return None
    if isinstance(row, dict):
        return fault_in(row["fault"])
    name, id_, partitions, replication, config, own = row
    return BrokerTopic(
        name=name, id=id_, partitions=partitions, replication=replication, config=config, own=frozenset(own)
    )


def _change_out(change: Change) -> list[Any]:
    return [
        change.kind.value,
        change.topic,
        change.partitions,
        change.replication,
        dict(change.config),
        change.id,
        change.force,
    ]


def _change_in(row: list[Any]) -> Change:
    kind, topic, partitions, replication, config, id_, force = row
    return Change(
        kind=ChangeKind(kind),
        topic=topic,
        partitions=partitions,
        replication=replication,
        config=config,
        id=id_,
        force=force,
    )
