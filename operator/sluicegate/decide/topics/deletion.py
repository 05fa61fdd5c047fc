"""What goes with an app: topics that were made for it and are still the same, where it and its connection say so."""

from __future__ import annotations

from sluicegate.decide.topics.ask import Ask, Seen
from sluicegate.model.error_handling import Deletion, Provisioner
from sluicegate.model.topic import BrokerTopic, Change, ChangeKind


def on_deletion(ask: Ask, *, seen: Seen) -> tuple[Change, ...]:
    """Those that are not empty stay, and those that another app names or this one consumes."""
    handling = ask.spec.error_handling
    if handling is None or handling.topics.deletion is not Deletion.DELETE:
        return ()
    if handling.topics.provisioner is Provisioner.NONE or ask.policy is None or not ask.policy.may_delete:
        return ()
    found = []
    for one in ask.remembered:
        name = one.topic.name
        topic = seen.topics.get(name)
        others = ask.claimed.get(name, ask.key) != ask.key or name in (ask.spec.topics or ())
        # The id alone counts: a topic that was about to be made may be another's.
        if isinstance(topic, BrokerTopic) and one.created and one.id == topic.id and not others:
            found.append(Change(kind=ChangeKind.DELETE, topic=topic.name, id=topic.id))
    return tuple(found)
