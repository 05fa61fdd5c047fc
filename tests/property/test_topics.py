"""Plans for topics in random lives: what is never done, what is left to do after it was done, and what names are like.

The lives are seeded: the same ones each time. A failure names the life; `Random(life)` brings it back.
"""

from __future__ import annotations

import re
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given as let
from hypothesis import strategies as st

from sluicegate.decide.topics.names import cut, topics_of
from sluicegate.decide.topics.plan import TopicPlan, on_deletion, plan, wants_to_read
from sluicegate.model.error_handling import Adoption, Provisioner
from sluicegate.model.topic import BrokerTopic, ChangeKind, TopicState
from tests.support.topic_worlds import World, wishes
from tests.support.topics import NOW, ask

LIVES, LOOKS = 4000, 5
"""20,000 plans in all."""
ASKS = wishes(Random(6), 400)


def keeps_the_rules(world: World, planned: TopicPlan) -> None:
    """What no plan may ever do."""
    spec, policy, topics = world.ask.spec, world.ask.policy, world.brokers.topics
    handling = spec.error_handling
    assert handling is not None
    named = {one.name for one in topics_of(spec, key=world.ask.key).topics}
    if handling.topics.provisioner is Provisioner.NONE:
        assert planned.changes == ()
    for change in planned.changes:
        found = topics.get(change.topic)
        assert change.topic not in (spec.topics or ())
        assert change.topic in named
        assert change.topic not in world.ask.claimed
        assert change.kind is not ChangeKind.DELETE
        if policy and policy.max_partitions and handling.dead_letter.partitions is None:
            assert change.partitions <= policy.max_partitions
        if change.kind is ChangeKind.CREATE:
            assert found is None
            assert int(change.config["min.insync.replicas"]) <= (change.replication or 0)
            assert change.config["cleanup.policy"] == "delete"
            continue
        assert found is not None
        if change.kind is ChangeKind.GROW:
            assert change.partitions > found.partitions
        if found.id.startswith("hand-"):
            assert handling.topics.adoption is Adoption.MANAGE
            assert not found.own & set(change.config)


def deletes_only_its_own(world: World) -> None:
    for change in on_deletion(world.ask, seen=world.brokers.seen(one.topic.name for one in world.ask.remembered)):
        assert change.id.startswith("made-")
        assert change.id == world.brokers.topics[change.topic].id
        assert change.topic not in (world.ask.spec.topics or ())
        assert not change.force


def is_the_same_again(world: World, planned: TopicPlan) -> None:
    """Whatever the order in which things were read."""
    names = sorted(wants_to_read(world.ask), reverse=True)
    remembered = tuple(sorted(world.ask.remembered, key=lambda one: one.topic.name))
    again = plan(replace(world.ask, remembered=remembered), seen=world.brokers.seen(names), now=NOW)
    assert again.changes == planned.changes
    assert (again.view.reason, again.view.message) == (planned.view.reason, planned.view.message)


def comes_to_rest(world: World) -> None:
    """Once nothing happens any more, one pass is enough: what is not right then is told, and not tried for ever."""
    world.brokers.refuses = {}
    world.ask = replace(world.ask, claimed={})
    planned = world.planned()
    outcomes = world.brokers.apply(planned.changes)
    assert not any(one.fault for one in outcomes)
    made = {one.change.topic: one.id for one in outcomes if one.id}
    sources = {name: world.brokers.topics.get(name) for name in world.ask.spec.topics or ()}
    world.ask = replace(
        world.ask,
        remembered=tuple(
            replace(one, id=made[one.topic.name], created=True, state=TopicState.IN_SYNC)
            if one.topic.name in made
            else one
            for one in planned.view.topics
        ),
    )
    again = world.planned()
    assert again.changes == ()
    assert {name: world.brokers.topics.get(name) for name in sources} == sources


@pytest.mark.parametrize("part", range(4))
def test_no_life_of_topics_makes_a_plan_break_its_rules(part: int) -> None:
    kinds = set()
    for life in range(part * LIVES // 4, (part + 1) * LIVES // 4):
        world = World(Random(life), ASKS)
        try:
            for _ in range(LOOKS - 1):
                planned = world.planned()
                kinds |= {one.kind for one in planned.changes}
                keeps_the_rules(world, planned)
                is_the_same_again(world, planned)
                world.carry_out(planned)
                deletes_only_its_own(world)
                world.happens()
            comes_to_rest(world)
        except AssertionError as error:
            error.add_note(f"in the life Random({life})")
            raise
    assert kinds == {ChangeKind.CREATE, ChangeKind.GROW, ChangeKind.CONFIGURE}


TOPICS = st.from_regex("[a-zA-Z0-9.-][a-zA-Z0-9._-]{0,248}", fullmatch=True).filter(
    lambda name: name not in (".", "..")
)
GROUPS = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=249)
LITERALS = st.from_regex("[a-zA-Z0-9._-]{0,12}", fullmatch=True)
TOKENS = st.sampled_from(["{topic}", "{group}", "{index}", "{delay}", "{delayMs}", "{app}", "{namespace}"])
NAME_TEMPLATES = st.lists(st.one_of(LITERALS, TOKENS), min_size=1, max_size=6).map("".join)


@let(
    sources=st.lists(TOPICS, min_size=1, max_size=4, unique=True),
    group=GROUPS,
    retry=NAME_TEMPLATES,
    dead=NAME_TEMPLATES,
)
def test_names_are_such_as_kafka_takes_or_refused_with_a_remedy(
    sources: list[str], group: str, retry: str, dead: str
) -> None:
    handling = {
        "retry": {"delays": ["10s", "60s", "1m"], "nameTemplate": f"{{topic}}{retry}"},
        "deadLetter": {"nameTemplate": f"{dead}{{group}}"},
    }
    asked = ask(handling, sources=sources, group=group)
    named = topics_of(asked.spec, key=asked.key)
    if named.problem:
        assert named.topics == ()
        assert "spec.errorHandling" in named.problem
        assert "template" in named.problem
        return
    names = [one.name for one in named.topics]
    for name in names:
        assert re.fullmatch("[a-zA-Z0-9._-]{1,249}", name)
        assert name not in (".", "..")
        assert not name.startswith("__")
    everything = [*sources, *names]
    assert len({name.replace(".", "_") for name in everything}) == len(everything)
    for source in sources:
        assert sum(source in one.sources for one in named.topics) == 3


@let(name=st.text(alphabet="ab._-", max_size=600), other=st.text(alphabet="ab._-", max_size=600))
def test_cut_names_stay_apart(name: str, other: str) -> None:
    assert len(cut(name)) <= 249
    assert (cut(name) == cut(other)) == (name == other)


def test_the_lives_are_of_all_kinds() -> None:
    """Else nothing would be proven: topics by hand, topics that are ours, sources that are gone."""
    told = set()
    for life in range(300):
        world = World(Random(life), ASKS)
        for _ in range(LOOKS):
            view = world.carry_out(world.planned())
            told |= {(one.state, one.created) for one in view.topics} if view else set()
            world.happens()
        assert all(isinstance(one, BrokerTopic) for one in world.brokers.topics.values())
    assert {state for state, _ in told} == set(TopicState)
    assert {created for _, created in told} == {True, False}
