"""Topics that were not made here: only looked at, or completed where the app asks for that; never put right."""

from __future__ import annotations

from dataclasses import replace

from sluicegate.decide.topics.differences import configuration, growth, harmful, reaches, replicas, spelled, too_few
from sluicegate.decide.topics.settings import Wish, for_replicas
from sluicegate.decide.topics.told import Judged, Told, stands, still
from sluicegate.model.error_handling import Adoption, TopicRules
from sluicegate.model.topic import BrokerTopic, TopicState


def theirs(wish: Wish, seen: BrokerTopic, *, rules: TopicRules) -> Judged:
    """With `provisioner: Admin`."""
    if rules.adoption is Adoption.NEVER:
        said = f"{wish.topic.name} was not made here, and is not looked at: topics.adoption is Never"
        return still(_told(wish, seen, state=TopicState.IN_SYNC, reason="", message=said))
    if rules.adoption is Adoption.CHECK:
        return still(checked(wish, seen, created=False, remedy="change it, or set topics.adoption to Manage"))
    return _managed(wish, seen)


def checked(wish: Wish, seen: BrokerTopic, *, created: bool, remedy: str) -> Told:
    """Nothing is written: only what would lose messages is told."""
    found = [one for one in (too_few(wish, seen), *harmful(wish, seen).values()) if one]
    if not found:
        said = replicas(wish, seen)
        return _told(wish, seen, state=TopicState.IN_SYNC, reason="", message=said, created=created)
    made = "" if created else " was not made here and"
    said = f"{wish.topic.name}{made} does not fit: {'; '.join(found)}; {remedy}"
    return _told(wish, seen, state=TopicState.INCOMPATIBLE, reason="TopicIncompatible", message=said, created=created)


def _managed(wish: Wish, seen: BrokerTopic) -> Judged:
    """What is missing is added; settings that a person set on the topic are kept, fitting or not."""
    missing = {
        name: value
        for name, value in for_replicas(wish.config, replication=seen.replication).items()
        if name not in seen.own and not reaches(name, value, seen)
    }
    changes = (*growth(wish, seen), *configuration(wish, missing))
    kept = [words for name, words in harmful(wish, seen).items() if name in seen.own]
    if kept:
        said = (
            f"{wish.topic.name} was not made here and does not fit: {'; '.join(kept)}; this was set on the topic and "
            "is kept: change it there"
        )
        then = _told(wish, seen, state=TopicState.INCOMPATIBLE, reason="TopicIncompatible", message=said)
    elif wish.lacking and seen.partitions <= wish.partitions:
        then = _told(wish, seen, state=TopicState.INCOMPATIBLE, reason="TopicPolicy", message=wish.lacking)
    else:
        then = _told(wish, seen, state=TopicState.IN_SYNC, reason="", message=replicas(wish, seen) or wish.note)
    if not changes:
        return still(then)
    adds = [one for one in (too_few(wish, seen), spelled(missing, seen)) if one]
    said = f"{wish.topic.name} was not made here and is completed: {'; '.join(adds)}"
    now = _told(wish, seen, state=TopicState.INCOMPATIBLE, reason="TopicIncompatible", message=said)
    partitions = max(wish.partitions, seen.partitions)
    return Judged(now=now, then=replace(then, standing=replace(then.standing, partitions=partitions)), changes=changes)


def _told(
    wish: Wish, seen: BrokerTopic, *, state: TopicState, reason: str, message: str, created: bool = False
) -> Told:
    return Told(standing=stands(wish.topic, seen, state=state, created=created, message=message), reason=reason)
