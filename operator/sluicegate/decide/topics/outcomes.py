"""What stands of an app's topics while a plan is carried out, and once it was: what a restart must find remembered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sluicegate.decide.topics.told import Judged, Told
from sluicegate.decide.topics.words import OPERATIONS, refusal, summary
from sluicegate.model.kafka import FaultKind
from sluicegate.model.topic import Change, ChangeKind, Outcome, TopicState, TopicsView

UNSURE = frozenset({FaultKind.TIMED_OUT, FaultKind.UNREACHABLE, FaultKind.CRASHED})
"""After these nobody knows whether the brokers did it all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicPlan:
    """``changes`` in the order in which they are made; ``view`` how things stand before that. ``judged`` topic by
    topic, the first of those in the view."""

    changes: tuple[Change, ...]
    view: TopicsView
    judged: tuple[Judged, ...] = ()


def intent(planned: TopicPlan) -> TopicsView | None:
    """What must be remembered before the plan is carried out; None where nothing is created."""
    creating = {change.topic for change in planned.changes if change.kind is ChangeKind.CREATE}
    if not creating:
        return None
    topics = tuple(
        replace(one, state=TopicState.CREATING, message="") if one.topic.name in creating else one
        for one in planned.view.topics
    )
    message = f"about to create {', '.join(sorted(creating))}"
    return replace(planned.view, topics=topics, reason="Provisioning", message=message)


def after(planned: TopicPlan, outcomes: Sequence[Outcome], *, now: float) -> TopicsView:
    """How things stand once the changes were tried. ``outcomes`` of this plan's changes; ``now`` unix seconds."""
    told = [_told(one, outcomes) for one in planned.judged]
    if not told:
        return replace(planned.view, at=now)
    reason, message = summary(told)
    others = planned.view.topics[len(told) :]
    return TopicsView(
        topics=(*(one.standing for one in told), *others),
        reason=reason,
        message=message,
        at=now,
    )


def _told(judged: Judged, outcomes: Sequence[Outcome]) -> Told:
    mine = [one for one in outcomes if one.change in judged.changes]
    failed = next((one for one in mine if one.fault or one.exists), None)
    if failed is not None:
        return _failed(judged, failed, mine)
    if len(mine) < len(judged.changes):
        return judged.now
    created = next((one for one in mine if one.change.kind is ChangeKind.CREATE), None)
    if created is None or created.id:
        found = judged.then.standing
        return replace(judged.then, standing=replace(found, id=created.id if created else found.id))
    # Made, but its id is not known before it is read: until then it counts as about to be made.
    standing = replace(judged.now.standing, state=TopicState.CREATING, message=f"{created.change.topic} was created")
    return Told(standing=standing, reason="Provisioning")


def _failed(judged: Judged, failed: Outcome, mine: Sequence[Outcome]) -> Told:
    standing, change = judged.now.standing, failed.change
    grown = [one.change.partitions for one in mine if one.change.kind is ChangeKind.GROW and not one.fault]
    if grown:
        standing = replace(standing, partitions=grown[0])
    if failed.exists or failed.fault is None:
        said = f"{change.topic} was made by somebody else in this moment: it is looked at next"
        return Told(standing=replace(standing, state=TopicState.WAITING, message=said), reason="Provisioning")
    reason, said = refusal(change, failed.fault)
    if change.kind is ChangeKind.CREATE:
        state = TopicState.CREATING if failed.fault.kind in UNSURE else TopicState.REFUSED
        standing = replace(standing, state=state)
    denied = reason == "NotAuthorized"
    return Told(
        standing=replace(standing, message=said),
        reason=reason,
        lacks=(OPERATIONS[change.kind],) if denied else (),
        lacks_on=change.topic if denied else "",
    )
