"""How one topic stands, now and once its changes are made, and why: what the rules of adoption and drift give back."""

from __future__ import annotations

from dataclasses import dataclass

from sluicegate.decide.topics.settings import MARKS
from sluicegate.model.kafka import Fault
from sluicegate.model.topic import BrokerTopic, Change, TopicName, TopicStanding, TopicState


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """``reason`` for `TopicsInSync`; empty: nothing is wrong. ``lacks``: rights by the names that Kafka gives them,
    on ``lacks_on``."""

    standing: TopicStanding
    reason: str = ""
    lacks: tuple[str, ...] = ()
    lacks_on: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """``changes`` to make; how the topic stands ``now`` and ``then``, once all of them are made."""

    now: Told
    then: Told
    changes: tuple[Change, ...] = ()


def still(told: Told) -> Judged:
    """Nothing is to be done."""
    return Judged(now=told, then=told)


def is_ours(seen: BrokerTopic, before: TopicStanding | None) -> bool:
    """Whether it was made for this app: remembered with this very id; or remembered as about to be made, and with
    all the settings that only a topic made here has."""
    if before is None:
        return False
    if before.state is TopicState.CREATING and not before.id:
        return seen.own >= MARKS
    return before.created and before.id == seen.id


def stands(topic: TopicName, seen: BrokerTopic, *, state: TopicState, created: bool, message: str) -> TopicStanding:
    """As the brokers described it."""
    return TopicStanding(
        topic=topic, state=state, partitions=seen.partitions, id=seen.id, created=created, message=message
    )


def unread(
    topic: TopicName,
    *,
    seen: BrokerTopic | Fault | None,
    before: TopicStanding | None,
    state: TopicState,
    message: str,
) -> TopicStanding:
    """Nothing can be said or done about it; what is remembered of who made it stays. ``seen`` None: there is none."""
    if isinstance(seen, BrokerTopic):
        return stands(topic, seen, state=state, created=is_ours(seen, before), message=message)
    if before is None:
        return TopicStanding(topic=topic, state=state, message=message)
    creating = before.state is TopicState.CREATING and isinstance(seen, Fault)
    return TopicStanding(
        topic=topic,
        state=TopicState.CREATING if creating else state,
        partitions=before.partitions,
        id=before.id,
        created=before.created,
        message=message,
    )
