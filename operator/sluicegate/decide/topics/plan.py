"""From what an app asks for and what the brokers have to the changes that lead from one to the other.

Pure: the control room reads, remembers and applies. A plan that was applied, planned again, is empty.
"""

from __future__ import annotations

from collections.abc import Collection

from sluicegate.decide.topics.ask import Ask, Seen, wants_to_read
from sluicegate.decide.topics.deletion import on_deletion
from sluicegate.decide.topics.names import MOST_TOPICS, topics_of
from sluicegate.decide.topics.outcomes import TopicPlan, after, intent
from sluicegate.decide.topics.settings import wish
from sluicegate.decide.topics.standing import judge
from sluicegate.decide.topics.told import Judged, Told, is_ours, still, unread
from sluicegate.decide.topics.words import summary, unreadable
from sluicegate.model.error_handling import ErrorHandling, Provisioner
from sluicegate.model.kafka import Fault
from sluicegate.model.topic import BrokerTopic, TopicName, TopicStanding, TopicState, TopicsView

__all__ = ["Ask", "Seen", "TopicPlan", "after", "intent", "on_deletion", "plan", "wants_to_read"]


def plan(ask: Ask, *, seen: Seen, now: float) -> TopicPlan:
    """``now`` unix seconds."""
    handling = ask.spec.error_handling
    named = topics_of(ask.spec, key=ask.key)
    if named.problem:
        view = TopicsView(topics=ask.remembered, reason="InvalidName", message=named.problem, at=now)
        return TopicPlan(changes=(), view=view)
    if handling is None:
        return TopicPlan(changes=(), view=TopicsView(topics=ask.remembered, at=now))
    before = {one.topic.name: one for one in ask.remembered}
    judged = tuple(
        _judged(topic, ask=ask, handling=handling, seen=seen, before=before.get(topic.name)) for topic in named.topics
    )
    reason, message = summary([one.now for one in judged])
    topics = (*(one.now.standing for one in judged), *_left_behind(ask, seen, named.topics))
    return TopicPlan(
        changes=tuple(change for one in judged for change in one.changes),
        view=TopicsView(topics=topics, reason=reason, message=message, at=now),
        judged=judged,
    )


def _judged(topic: TopicName, *, ask: Ask, handling: ErrorHandling, seen: Seen, before: TopicStanding | None) -> Judged:
    found = seen.topic(topic.name)
    if refused := _taken(topic, ask, seen, found):
        reason, said = refused
        state = TopicState.CONFLICT if reason == "TopicConflict" else TopicState.REFUSED
        standing = unread(topic, seen=found, before=before, state=state, message=said)
        return still(Told(standing=standing, reason=reason))
    sources = []
    for name in topic.sources:
        source = seen.topic(name)
        if isinstance(source, Fault):
            return still(unreadable(topic, fault=source, of=name, seen=found, before=before))
        if source is None:
            said = (
                f"the source topic {name} does not exist yet: create it, or correct its name in spec.topics; its retry "
                "and dead-letter topics are made when it does"
            )
            standing = unread(topic, seen=found, before=before, state=TopicState.WAITING, message=said)
            return still(Told(standing=standing, reason="SourceMissing"))
        sources.append(source)
    # Whoever makes the topics elsewhere is not bound by what this operator may be asked for.
    policy = None if handling.topics.provisioner is Provisioner.NONE else ask.policy
    wanted = wish(topic, handling=handling, sources=sources, policy=policy, config_keys=seen.config_keys)
    return judge(wanted, seen=found, before=before, rules=handling.topics)


def _taken(topic: TopicName, ask: Ask, seen: Seen, found: BrokerTopic | Fault | None) -> tuple[str, str] | None:
    """Reason and sentence when the name is another's."""
    owner = ask.claimed.get(topic.name, ask.key)
    field = "retry" if topic.delays else "deadLetter"
    if owner != ask.key:
        return "TopicConflict", (
            f"{topic.name} belongs to KafkaConsumerApp {owner.name!r} in namespace {owner.namespace!r}, which is "
            f"older: write another spec.errorHandling.{field}.nameTemplate"
        )
    other = seen.alike.get(topic.name.replace(".", "_"))
    if found is None and other is not None:
        return "InvalidName", (
            f"spec.errorHandling.{field}.nameTemplate: {topic.name!r} and the topic {other!r} differ in '.' and '_' "
            "only, which Kafka does not allow; change the template"
        )
    return None


def _left_behind(ask: Ask, seen: Seen, named: Collection[TopicName]) -> tuple[TopicStanding, ...]:
    """Topics that were made for an earlier spec: they stay, and it stays known that they were made here."""
    asked = {topic.name for topic in named}
    kept = []
    for one in ask.remembered:
        found = seen.topic(one.topic.name)
        if one.topic.name in asked or found is None:
            continue
        if isinstance(found, Fault):
            kept.append(one)
        elif is_ours(found, one):
            said = f"{one.topic.name} was made here and is not asked for any more: it stays"
            kept.append(unread(one.topic, seen=found, before=one, state=TopicState.IN_SYNC, message=said))
    return tuple(kept[: MOST_TOPICS - len(asked)])
