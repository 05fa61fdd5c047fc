"""From what an app asks for and what the brokers have to the changes that lead from one to the other.

Pure: the control room reads, remembers and applies. A plan that was applied, planned again, is empty.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sluicegate.decide.topics.names import topics_of
from sluicegate.decide.topics.settings import wish
from sluicegate.decide.topics.standing import Judged, is_ours, judge
from sluicegate.decide.topics.words import refusal, summary
from sluicegate.model.app import AppSpec
from sluicegate.model.error_handling import Deletion, ErrorHandling, Provisioner
from sluicegate.model.kafka import Fault
from sluicegate.model.resource import Key
from sluicegate.model.topic import (
    BrokerTopic,
    Change,
    ChangeKind,
    Outcome,
    TopicName,
    TopicStanding,
    TopicState,
    TopicsView,
)
from sluicegate.model.topic_policy import TopicPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What one app asks for. ``remembered`` from its status; ``claimed`` names that older apps have, by name."""

    key: Key
    created: float
    spec: AppSpec
    remembered: tuple[TopicStanding, ...] = ()
    policy: TopicPolicy | None = None
    claimed: Mapping[str, Key] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Topics by name as the brokers described them: None where there is none, a Fault where it could not be read."""

    topics: Mapping[str, BrokerTopic | Fault | None]
    config_keys: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicPlan:
    """``changes`` in the order in which they are made; ``view`` how things stand before that."""

    changes: tuple[Change, ...]
    view: TopicsView


def wants_to_read(ask: Ask) -> frozenset[str]:
    """Names of all topics that a plan for this app looks at."""
    own = [one.name for one in topics_of(ask.spec, key=ask.key).topics]
    return frozenset((*own, *(ask.spec.topics or ()))) if own else frozenset()


def plan(ask: Ask, *, seen: Seen, now: float) -> TopicPlan:
    """``now`` unix seconds."""
    handling = ask.spec.error_handling
    if handling is None:
        return TopicPlan(changes=(), view=TopicsView(at=now))
    named = topics_of(ask.spec, key=ask.key)
    if named.problem:
        view = TopicsView(topics=ask.remembered, reason="InvalidName", message=named.problem, at=now)
        return TopicPlan(changes=(), view=view)
    before = {one.topic.name: one for one in ask.remembered}
    judged = [
        _judged(topic, ask=ask, handling=handling, seen=seen, before=before.get(topic.name)) for topic in named.topics
    ]
    kept = _left_behind(ask, {topic.name for topic in named.topics})
    reason, message = summary([one.standing for one in judged])
    view = TopicsView(topics=(*(one.standing for one in judged), *kept), reason=reason, message=message, at=now)
    return TopicPlan(changes=tuple(change for one in judged for change in one.changes), view=view)


def intent(planned: TopicPlan) -> TopicsView | None:
    """What must be remembered before the plan is carried out; None where nothing is created."""
    creating = {change.topic for change in planned.changes if change.kind is ChangeKind.CREATE}
    if not creating:
        return None
    topics = tuple(
        replace(one, state=TopicState.CREATING, id="", created=False, message="") if one.topic.name in creating else one
        for one in planned.view.topics
    )
    message = f"about to create {', '.join(sorted(creating))}"
    return replace(planned.view, topics=topics, reason="Provisioning", message=message)


def after(planned: TopicPlan, outcomes: Sequence[Outcome], *, now: float) -> TopicsView:
    """How things stand once the changes were tried."""
    by_topic: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        by_topic.setdefault(outcome.change.topic, []).append(outcome)
    topics = tuple(_after(one, by_topic.get(one.topic.name, ())) for one in planned.view.topics)
    refused = [refusal(one.change, one.fault) for one in outcomes if one.fault and not one.exists]
    reason, message = summary(topics)
    if refused and reason in ("", "TopicPolicy", "TopicDrifted", "TopicMissing", "Provisioning"):
        reason, message = refused[0][0], "; ".join(words for _, words in refused)
    return TopicsView(topics=topics, reason=reason, message=message, at=now)


def on_deletion(ask: Ask, *, seen: Seen) -> tuple[Change, ...]:
    """What goes with the app: topics that were made for it and are still the same, where it and its connection say so.
    Those that are not empty stay."""
    handling = ask.spec.error_handling
    if handling is None or handling.topics.deletion is not Deletion.DELETE:
        return ()
    if handling.topics.provisioner is Provisioner.NONE or ask.policy is None or not ask.policy.may_delete:
        return ()
    found = []
    for one in ask.remembered:
        topic = seen.topics.get(one.topic.name)
        if isinstance(topic, BrokerTopic) and is_ours(topic, one):
            found.append(Change(kind=ChangeKind.DELETE, topic=topic.name, id=topic.id))
    return tuple(found)


def _judged(topic: TopicName, *, ask: Ask, handling: ErrorHandling, seen: Seen, before: TopicStanding | None) -> Judged:
    owner = ask.claimed.get(topic.name)
    if owner is not None and owner != ask.key:
        said = (
            f"{topic.name} belongs to KafkaConsumerApp {owner.name!r} in namespace {owner.namespace!r}, which is "
            "older; choose another nameTemplate"
        )
        return Judged(standing=TopicStanding(topic=topic, state=TopicState.CONFLICT, message=said))
    sources, why = _sources(topic, seen)
    if why:
        standing = replace(before, topic=topic) if before else TopicStanding(topic=topic, state=TopicState.WAITING)
        return Judged(standing=replace(standing, state=TopicState.WAITING, message=why))
    wanted = wish(topic, handling=handling, sources=sources, policy=ask.policy, config_keys=seen.config_keys)
    return judge(wanted, seen=seen.topics.get(topic.name), before=before, rules=handling.topics)


def _sources(topic: TopicName, seen: Seen) -> tuple[list[BrokerTopic], str]:
    """The source topics as they are; else why they are not known."""
    found = []
    for name in topic.sources:
        source = seen.topics.get(name)
        if source is None:
            return [], f"the source topic {name} does not exist yet; {topic.name} is made when it does"
        if isinstance(source, Fault):
            return [], f"the source topic {name} could not be read: {source.message}"
        found.append(source)
    return found, ""


def _after(one: TopicStanding, outcomes: Sequence[Outcome]) -> TopicStanding:
    for outcome in outcomes:
        if outcome.fault and not (outcome.exists and outcome.change.kind is ChangeKind.CREATE):
            _, words = refusal(outcome.change, outcome.fault)
            return replace(one, state=TopicState.REFUSED, message=words)
        if outcome.change.kind is ChangeKind.CREATE:
            # One that was there after all was made by somebody else meanwhile: the next plan looks at it.
            created = not outcome.exists
            state = TopicState.IN_SYNC if created else TopicState.WAITING
            one = replace(
                one,
                state=state,
                id=outcome.id if created else "",
                created=created,
                partitions=outcome.change.partitions,
                message="",
            )
        elif outcome.change.kind is ChangeKind.GROW:
            one = replace(one, partitions=outcome.change.partitions)
        elif one.state is TopicState.DRIFTED:
            one = replace(one, state=TopicState.IN_SYNC, message="")
    return one


def _left_behind(ask: Ask, named: set[str]) -> tuple[TopicStanding, ...]:
    """Topics that were made for an earlier spec: they stay, and it stays known that they were made here."""
    return tuple(one for one in ask.remembered if one.created and one.topic.name not in named)
