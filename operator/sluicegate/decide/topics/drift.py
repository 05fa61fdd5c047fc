"""Topics that were made here: they follow their source, and what somebody changed by hand is put right or reported."""

from __future__ import annotations

from dataclasses import replace

from sluicegate.decide.topics.differences import configuration, growth, replicas, spelled, wrong
from sluicegate.decide.topics.settings import Wish, for_replicas
from sluicegate.decide.topics.told import Judged, Told, stands, still
from sluicegate.model.error_handling import Drift, TopicRules
from sluicegate.model.topic import BrokerTopic, TopicState


def ours(wish: Wish, seen: BrokerTopic, *, rules: TopicRules) -> Judged:
    """Growth follows the source under either rule: nobody changed the topic."""
    grow = growth(wish, seen)
    differing = wrong(for_replicas(wish.config, replication=seen.replication), seen)
    if differing and rules.drift is Drift.REPORT:
        said = (
            f"{wish.topic.name} is not as it should be: {spelled(differing, seen)}; topics.drift is Report: change it, "
            "or write Revert"
        )
        now = _told(wish, seen, state=TopicState.DRIFTED, reason="TopicDrifted", message=said)
        return Judged(now=now, then=_grown(now, wish, seen), changes=grow)
    settled = _settled(wish, seen)
    if not differing and not grow:
        return still(settled)
    if differing:
        said = f"{wish.topic.name} is put right: {spelled(differing, seen)}"
        now = _told(wish, seen, state=TopicState.DRIFTED, reason="TopicDrifted", message=said)
    else:
        said = f"{wish.topic.name} grows from {seen.partitions} to {wish.partitions} partitions, as its source has"
        now = _told(wish, seen, state=TopicState.DRIFTED, reason="Provisioning", message=said)
    changes = (*grow, *configuration(wish, differing))
    return Judged(now=now, then=_grown(settled, wish, seen), changes=changes)


def _settled(wish: Wish, seen: BrokerTopic) -> Told:
    """How it stands with everything done that can be done here."""
    if few := replicas(wish, seen):
        return _told(wish, seen, state=TopicState.DRIFTED, reason="TopicDrifted", message=few)
    if wish.lacking and seen.partitions <= wish.partitions:
        return _told(wish, seen, state=TopicState.INCOMPATIBLE, reason="TopicPolicy", message=wish.lacking)
    return _told(wish, seen, state=TopicState.IN_SYNC, reason="", message=wish.note)


def _grown(told: Told, wish: Wish, seen: BrokerTopic) -> Told:
    partitions = max(wish.partitions, seen.partitions)
    return replace(told, standing=replace(told.standing, partitions=partitions))


def _told(wish: Wish, seen: BrokerTopic, *, state: TopicState, reason: str, message: str) -> Told:
    return Told(standing=stands(wish.topic, seen, state=state, created=True, message=message), reason=reason)
