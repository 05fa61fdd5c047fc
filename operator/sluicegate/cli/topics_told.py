"""The topics of an app as far as its status tells, in the form in which the brokers would show them.

Settings are not in a status. Where a topic is as it should be, it has what the app's present spec asks for: a plan for
another spec then shows just what that changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sluicegate.control.records import AppRecord
from sluicegate.decide.topics.names import topics_of
from sluicegate.decide.topics.plan import Ask, Seen
from sluicegate.decide.topics.settings import wish
from sluicegate.model.app import AppSpec
from sluicegate.model.topic import BrokerTopic, TopicStanding, TopicState

UNKNOWN = 0
"""Partitions of a source that nobody told of: a topic of any size has enough."""
MANY = 32_767
"""Replicas where nobody told how many there are: no wish is beyond them."""
SOURCE = {"max.message.bytes": "1"}
"""Of a source whose settings nobody told: none of an app's wishes is too small for it."""
THERE = frozenset({TopicState.IN_SYNC, TopicState.DRIFTED, TopicState.INCOMPATIBLE})


def guessed(ask: Ask, *, status: Mapping[str, Any], before: AppRecord | None) -> Seen:
    """What a look at the brokers would show if nothing has changed since the operator told of it."""
    sources = {name: _source(name, ask=ask, status=status) for name in ask.spec.topics or ()}
    asked_for = _configs(ask, ask.spec, sources)
    configs = _configs(ask, before.spec, sources) if before and before.spec else {}
    own: dict[str, BrokerTopic | None] = {one.name: None for one in topics_of(ask.spec, key=ask.key).topics}
    for one in ask.remembered:
        if one.topic.name in own and one.state in THERE:
            own[one.topic.name] = _there(one, configs.get(one.topic.name, asked_for[one.topic.name]))
    return Seen(topics={**sources, **own})


def _source(name: str, *, ask: Ask, status: Mapping[str, Any]) -> BrokerTopic:
    counted = (status.get("partitions") or {}).get("count")
    if isinstance(counted, int) and len(ask.spec.topics or ()) == 1:
        return _some(name, partitions=counted)
    return _some(name, partitions=UNKNOWN)


def _some(name: str, *, partitions: int) -> BrokerTopic:
    return BrokerTopic(name=name, id="", partitions=partitions, replication=MANY, config=SOURCE)


def _there(one: TopicStanding, config: Mapping[str, str]) -> BrokerTopic:
    return BrokerTopic(
        name=one.topic.name,
        id=one.id,
        partitions=one.partitions or UNKNOWN,
        replication=MANY,
        config=config,
        own=frozenset(config),
    )


def _configs(ask: Ask, spec: AppSpec, sources: Mapping[str, BrokerTopic]) -> Mapping[str, Mapping[str, str]]:
    """By topic, what ``spec`` asks for."""
    if spec.error_handling is None:
        return {}
    found = {}
    for topic in topics_of(spec, key=ask.key).topics:
        known = [sources.get(name) or _some(name, partitions=UNKNOWN) for name in topic.sources]
        made = wish(topic, handling=spec.error_handling, sources=known, policy=ask.policy, config_keys=frozenset())
        found[topic.name] = made.config
    return found
