"""How one topic stands beside what it should be: not to be had, missing, made here, or somebody else's."""

from __future__ import annotations

from sluicegate.decide.topics.adoption import checked, theirs
from sluicegate.decide.topics.drift import ours
from sluicegate.decide.topics.settings import Wish
from sluicegate.decide.topics.told import Judged, Told, is_ours, still, unread
from sluicegate.decide.topics.words import unreadable
from sluicegate.model.error_handling import Drift, Provisioner, TopicRules
from sluicegate.model.kafka import Fault
from sluicegate.model.topic import BrokerTopic, Change, ChangeKind, TopicStanding, TopicState


def judge(wish: Wish, *, seen: BrokerTopic | Fault | None, before: TopicStanding | None, rules: TopicRules) -> Judged:
    """``seen``: the topic as it is, None where there is none; ``before``: what is remembered of it."""
    if wish.problem:
        standing = unread(wish.topic, seen=seen, before=before, state=TopicState.REFUSED, message=wish.problem.words)
        return still(Told(standing=standing, reason=wish.problem.reason))
    if isinstance(seen, Fault):
        return still(unreadable(wish.topic, fault=seen, of=wish.topic.name, seen=seen, before=before))
    if seen is None:
        return _missing(wish, before, rules)
    made_here = is_ours(seen, before)
    if rules.provisioner is Provisioner.NONE:
        return still(checked(wish, seen, created=made_here, remedy="change it: topics.provisioner is None"))
    return ours(wish, seen, rules=rules) if made_here else theirs(wish, seen, rules=rules)


def _missing(wish: Wish, before: TopicStanding | None, rules: TopicRules) -> Judged:
    name = wish.topic.name
    if rules.provisioner is Provisioner.NONE:
        said = f"{name} does not exist, and topics.provisioner is None: create it, or write Admin"
        standing = TopicStanding(topic=wish.topic, state=TopicState.MISSING, message=said)
        return still(Told(standing=standing, reason="TopicIncompatible"))
    if before is not None and before.created and rules.drift is Drift.REPORT:
        said = f"{name} was made here and is gone; topics.drift is Report: create it, or write Revert"
        standing = unread(wish.topic, seen=None, before=before, state=TopicState.MISSING, message=said)
        return still(Told(standing=standing, reason="TopicDrifted"))
    change = Change(
        kind=ChangeKind.CREATE,
        topic=name,
        partitions=wish.partitions,
        replication=wish.replication,
        config=dict(wish.config),
    )
    now = TopicStanding(topic=wish.topic, state=TopicState.MISSING, message=f"{name} does not exist yet")
    state = TopicState.INCOMPATIBLE if wish.lacking else TopicState.IN_SYNC
    then = TopicStanding(
        topic=wish.topic,
        state=state,
        partitions=wish.partitions,
        created=True,
        message=wish.lacking or wish.note,
    )
    return Judged(
        now=Told(standing=now, reason="Provisioning"),
        then=Told(standing=then, reason="TopicPolicy" if wish.lacking else ""),
        changes=(change,),
    )
