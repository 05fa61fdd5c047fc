"""What an app's file would do to its retry and dead-letter topics: the operator's own plan, about what is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sluicegate.cli.difference import Difference
from sluicegate.cli.plan import Section
from sluicegate.cli.topic_changes import PlannedTopic, TopicAction, row
from sluicegate.cli.topics_told import MANY, UNKNOWN, guessed
from sluicegate.control.records import AppRecord
from sluicegate.control.topics.remembered import ask_of
from sluicegate.decide.topics.names import topics_of
from sluicegate.decide.topics.plan import Ask, Seen, TopicPlan, plan
from sluicegate.decide.topics.settings import Wish, wish
from sluicegate.model.error_handling import Provisioner
from sluicegate.model.resource import Key
from sluicegate.model.topic import BrokerTopic, Change, ChangeKind, Role, TopicName, TopicStanding, TopicState
from sluicegate.model.topic_order import TopicAnswer
from sluicegate.model.topic_policy import TopicPolicy

FROM_SOURCE = frozenset({"max.message.bytes", "min.insync.replicas"})
"""Settings that follow the source, so that they are not known without it."""

TROUBLE = frozenset(
    {
        TopicState.CONFLICT,
        TopicState.DRIFTED,
        TopicState.INCOMPATIBLE,
        TopicState.REFUSED,
        TopicState.WAITING,
    }
)
"""States of which the operator's last words are worth repeating."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicsAsked:
    """An app as it would be. ``before`` as it is, None for a new one; ``claimed`` who has which name;
    ``read`` what the brokers told, None when they were not asked."""

    record: AppRecord
    before: AppRecord | None
    policy: TopicPolicy | None
    claimed: Mapping[str, Key]
    read: TopicAnswer | None = None

    @property
    def ask(self) -> Ask:
        return ask_of(self.record, policy=self.policy, claimed=self.claimed)


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicsPlanned:
    """``known`` says by what, ``warnings`` what would not go well."""

    topics: tuple[PlannedTopic, ...]
    known: str
    warnings: tuple[str, ...] = ()

    def section(self) -> Section:
        """For the plan: a diff, and the same for programs."""
        rows = [("topics", self.known), *(row(one) for one in self.topics)]
        value = {"known": self.known, "topics": [one.value() for one in self.topics]}
        return Section(name="topics", rows=tuple(rows), value=value, warnings=self.warnings)


def planned_topics(asked: TopicsAsked, *, now: float) -> TopicsPlanned | None:
    """None for an app that neither asks for topics nor has any."""
    ask = asked.ask
    if ask.spec.error_handling is None:
        kept = tuple(_kept(one) for one in ask.remembered if one.created)
        return TopicsPlanned(topics=kept, known="none are asked for any more") if kept else None
    read = asked.read if asked.read is not None and asked.read.fault is None else None
    exact = read is not None
    if read is not None:
        seen = Seen(topics=read.topics, config_keys=read.config_keys)
    else:
        seen = guessed(ask, status=asked.record.status, before=asked.before)
    found = plan(ask, seen=seen, now=now)
    if not found.judged:
        return TopicsPlanned(topics=(), known="none can be made", warnings=(found.view.message,))
    wishes = _wishes(ask, seen)
    changes: dict[str, list[Change]] = {}
    for change in found.changes:
        changes.setdefault(change.topic, []).append(change)
    topics = tuple(
        _planned(
            one,
            changes.get(one.topic.name, []),
            wish=wishes.get(one.topic.name),
            seen=seen,
            hidden=frozenset() if exact else _unknown(ask, one.topic),
        )
        for one in found.view.topics
        if one.topic.name in wishes or one.topic.sources
    )
    named = {one.name for one in topics}
    kept = tuple(_kept(one) for one in found.view.topics if one.topic.name not in named)
    return TopicsPlanned(
        topics=(*topics, *kept),
        known=_known(asked, exact=exact),
        warnings=tuple(dict.fromkeys(_warnings(asked, found, exact=exact))),
    )


def _known(asked: TopicsAsked, *, exact: bool) -> str:
    if exact:
        return "as the brokers have them now"
    if asked.read is not None and asked.read.fault is not None:
        return f"from the status: the brokers could not be asked: {asked.read.fault.message}"
    return "from the status; --bootstrap-servers HOST:PORT asks the brokers"


def _wishes(ask: Ask, seen: Seen) -> Mapping[str, Wish]:
    handling = ask.spec.error_handling
    assert handling is not None
    # As the plan has it: whoever makes the topics elsewhere is not bound by the connection's policy.
    policy = ask.policy if _makes(ask) else None
    found = {}
    for topic in topics_of(ask.spec, key=ask.key).topics:
        sources = [one for name in topic.sources if isinstance(one := seen.topics.get(name), BrokerTopic)]
        if len(sources) == len(topic.sources):
            found[topic.name] = wish(
                topic, handling=handling, sources=sources, policy=policy, config_keys=seen.config_keys
            )
    return found


def _planned(
    one: TopicStanding, changes: list[Change], *, wish: Wish | None, seen: Seen, hidden: frozenset[str]
) -> PlannedTopic:
    there = seen.topics.get(one.topic.name)
    exists = there if isinstance(there, BrokerTopic) else None
    differences = tuple(difference for change in changes for difference in _differences(change, exists))
    made = any(change.kind is ChangeKind.CREATE for change in changes)
    action = TopicAction.UNCHANGED if exists else TopicAction.NOT_MADE
    if made:
        action = TopicAction.CREATE
    elif differences:
        action = TopicAction.CHANGE
    return _topic(one.topic, action, wish=wish, exists=exists, differences=differences, hidden=hidden)


def _topic(
    topic: TopicName,
    action: TopicAction,
    *,
    wish: Wish | None,
    exists: BrokerTopic | None,
    differences: tuple[Difference, ...],
    hidden: frozenset[str],
) -> PlannedTopic:
    partitions = wish.partitions if wish else UNKNOWN
    if exists and action is not TopicAction.CREATE:
        partitions = max(partitions, exists.partitions)
    config = dict(wish.config) if wish else {}
    return PlannedTopic(
        name=topic.name,
        role=topic.role,
        action=action,
        sources=topic.sources,
        delay=topic.delay,
        partitions=partitions or None,
        replication=wish.replication if wish and wish.replication != MANY else None,
        config={name: value for name, value in config.items() if name not in hidden},
        differences=differences,
    )


def _unknown(ask: Ask, topic: TopicName) -> frozenset[str]:
    """Settings that cannot be told without the source."""
    handling = ask.spec.error_handling
    if handling is None or topic.role is Role.RETRY:
        return FROM_SOURCE
    follows = frozenset() if handling.dead_letter.retention else frozenset({"retention.ms"})
    return (FROM_SOURCE | follows) - handling.dead_letter.config.keys()


def _differences(change: Change, exists: BrokerTopic | None) -> list[Difference]:
    if exists is None:
        return []
    if change.kind is ChangeKind.GROW:
        return [Difference(field="partitions", before=exists.partitions, after=change.partitions)]
    return [
        Difference(field=name, before=exists.config.get(name), after=value)
        for name, value in sorted(change.config.items())
    ]


def _kept(one: TopicStanding) -> PlannedTopic:
    return PlannedTopic(
        name=one.topic.name,
        role=one.topic.role,
        action=TopicAction.KEPT,
        delay=one.topic.delay,
        partitions=one.partitions,
    )


def _warnings(asked: TopicsAsked, found: TopicPlan, *, exact: bool) -> list[str]:
    """What is left to say once all changes are made; without a look at the brokers also what was told of it last."""
    said = [one.then.standing.message for one in found.judged if one.then.standing.message]
    named = {one.then.standing.topic.name for one in found.judged}
    last = [one for one in asked.ask.remembered if one.topic.name in named and one.state in TROUBLE and one.message]
    return said if exact else [*said, *(f"told last: {one.message}" for one in last if one.message not in said)]


def _makes(ask: Ask) -> bool:
    handling = ask.spec.error_handling
    return handling is not None and handling.topics.provisioner is Provisioner.ADMIN
