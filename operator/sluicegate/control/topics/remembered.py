"""What an app's status says of its topics: what a restart must know to tell our topics from others'."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sluicegate.control.records import AppRecord
from sluicegate.decide.topics.plan import Ask
from sluicegate.model import duration
from sluicegate.model.resource import Key
from sluicegate.model.topic import Role, TopicName, TopicStanding, TopicState
from sluicegate.model.topic_policy import TopicPolicy

NOBODY: Mapping[str, Key] = {}


def ask_of(record: AppRecord, *, policy: TopicPolicy | None, claimed: Mapping[str, Key] = NOBODY) -> Ask:
    """What an app with a spec asks for; ``policy`` of its connection, ``claimed`` the names that older apps have."""
    assert record.spec is not None
    return Ask(
        key=record.meta.key,
        created=record.meta.created,
        spec=record.spec,
        remembered=remembered(record.status),
        policy=policy,
        claimed=claimed,
    )


def remembered(status: Mapping[str, Any]) -> tuple[TopicStanding, ...]:
    """What an app's status says of its topics; entries that make no sense are left out."""
    entries = status.get("topics")
    if not isinstance(entries, list | tuple):
        return ()
    return tuple(found for entry in entries if isinstance(entry, Mapping) and (found := _standing(entry)) is not None)


def _standing(entry: Mapping[str, Any]) -> TopicStanding | None:
    try:
        role, state = Role(str(entry.get("role"))), TopicState(str(entry.get("state")))
        delay = entry.get("delay")
        delays = () if delay is None else (duration.parse(delay),)
        partitions = entry.get("partitions")
        return TopicStanding(
            topic=TopicName(role=role, name=str(entry["name"]), sources=(), delays=delays),
            state=state,
            partitions=None if partitions is None else int(partitions),
            id=str(entry.get("id") or ""),
            created=entry.get("created") is True,
            message=str(entry.get("message") or ""),
        )
    except (KeyError, TypeError, ValueError):
        return None
