"""Whom a sweep asks and whom it describes, by what the sweeps before it saw."""

from __future__ import annotations

from dataclasses import replace

import pytest
from confluent_kafka import KafkaError

from sluicegate.model.kafka import Fault, FaultKind, Group, GroupQuestion, Member, TopicPartition
from sluicegate.observe.kafka import memory
from sluicegate.observe.kafka.admin import At
from sluicegate.observe.kafka.client import Offset, Topic
from sluicegate.observe.kafka.ends import Line
from sluicegate.observe.kafka.memory import Known, Want

CALM = Want(named=frozenset({"orders"}), all_topics=False, describe=False, urgent=False, history=False)
ORDERS = Topic(id="id-1", leaders={0: 1, 1: 1})
FIRST, SECOND = ("orders", 0), ("orders", 1)


def line(end: int | None, *, start: int = 0) -> Line:
    return Line(start=start, end=end, stable=end)


def group(state: str = "Stable", *members: Member) -> Group:
    return Group(state=state, type="Classic", assignor="range", generation=None, members=members, described_at=0.0)


def known(*, state: str = "Stable", lagging: bool = False, described_at: float = 0.0) -> Known:
    return Known(group=group(state), described_at=described_at, lagging=lagging)


def due(known: Known, *, now: float, want: Want = CALM) -> bool:
    return memory.due_before(known, want, name="billing", now=now)


def test_a_group_is_caught_up_when_all_its_commits_are_at_the_ends() -> None:
    lines = {FIRST: line(5), SECOND: line(7)}

    assert memory.is_caught_up({FIRST: Offset(value=5), SECOND: Offset(value=7)}, lines)
    assert not memory.is_caught_up({FIRST: Offset(value=5), SECOND: Offset(value=6)}, lines)


def test_a_commit_beyond_the_end_is_not_caught_up() -> None:
    assert not memory.is_caught_up({FIRST: Offset(value=6)}, {FIRST: line(5)})


@pytest.mark.parametrize(("start", "caught_up"), [(5, True), (4, False)])
def test_a_partition_never_committed_counts_as_read_only_when_it_is_empty(start: int, caught_up: bool) -> None:
    assert memory.is_caught_up({}, {FIRST: line(5, start=start)}) is caught_up


@pytest.mark.parametrize(
    ("offset", "end"),
    [(Offset(value=None, error=KafkaError(KafkaError.NOT_COORDINATOR)), 5), (Offset(value=5), None)],
)
def test_what_is_not_known_is_not_caught_up(offset: Offset, end: int | None) -> None:
    assert not memory.is_caught_up({FIRST: offset}, {FIRST: line(end)})
    assert not memory.is_lagging({FIRST: offset}, {FIRST: line(end)})


def test_a_group_without_any_partition_does_not_rest() -> None:
    """Its first commit may come at any time."""
    assert not memory.is_caught_up({}, {})


def test_an_open_transaction_keeps_a_group_from_resting() -> None:
    assert not memory.is_caught_up({FIRST: Offset(value=5)}, {FIRST: Line(start=0, end=5, stable=3)})


@pytest.mark.parametrize("name", ["billing", "refunds", "ordering"])
def test_a_caught_up_group_rests_in_five_of_six_sweeps(name: str) -> None:
    resting = [memory.may_rest(Known(caught_up=True), CALM, name=name, turn=turn) for turn in range(12)]

    assert sum(resting[:6]) == 5
    assert resting[:6] == resting[6:]


def test_not_all_groups_are_asked_in_the_same_sweep() -> None:
    asked = [not memory.may_rest(Known(caught_up=True), CALM, name=f"g-{n}", turn=1) for n in range(600)]

    assert 60 < sum(asked) < 140


def test_urgency_and_lag_keep_a_group_from_resting() -> None:
    urgent = replace(CALM, urgent=True)

    for turn in range(6):
        assert not memory.may_rest(Known(caught_up=True), urgent, name="billing", turn=turn)
        assert not memory.may_rest(Known(caught_up=False), CALM, name="billing", turn=turn)


@pytest.mark.parametrize(
    ("topics", "lines", "moved"),
    [
        ({"orders": ORDERS}, {FIRST: line(5)}, False),
        ({"orders": ORDERS}, {FIRST: line(6)}, True),
        ({"orders": ORDERS}, {FIRST: line(4)}, True),
        ({"orders": ORDERS}, {FIRST: line(None)}, False),
        ({"orders": replace(ORDERS, id="id-2")}, {FIRST: line(5)}, True),
        ({"orders": replace(ORDERS, leaders={0: 1, 1: 1, 2: 1})}, {FIRST: line(5)}, True),
        ({"orders": KafkaError(KafkaError.UNKNOWN_TOPIC_OR_PART)}, {}, True),
    ],
)
def test_a_group_wakes_when_its_topics_got_records_or_are_other_topics(
    topics: dict[str, Topic | KafkaError], lines: dict[At, Line], moved: bool
) -> None:
    resting = Known(ends={FIRST: 5}, shape={"orders": ("id-1", 2)})

    assert memory.has_moved(resting, topics=topics, lines=lines) is moved


def test_a_group_is_described_at_first_and_then_by_age() -> None:
    assert due(Known(), now=0.0)
    assert not due(known(), now=200.0)
    assert due(known(), now=300.0)
    assert not due(known(lagging=True), now=20.0)
    assert due(known(lagging=True), now=30.0)


def test_ages_differ_between_groups_so_that_not_all_are_described_at_once() -> None:
    moment = memory.DESCRIBE_BUSY * (1 - memory.SPREAD / 2)
    described = [memory.due_before(known(lagging=True), CALM, name=f"g-{n}", now=moment) for n in range(100)]

    assert 20 < sum(described) < 80


@pytest.mark.parametrize("state", ["PreparingRebalance", "CompletingRebalance", "Reconciling", "Unknown"])
def test_a_group_that_rebalances_is_described_at_each_sweep(state: str) -> None:
    assert due(known(state=state), now=0.0)


def test_an_empty_group_is_described_at_each_sweep_while_records_wait() -> None:
    assert due(known(state="Empty", lagging=True), now=0.0)
    assert not due(known(state="Empty"), now=0.0)


def test_a_group_whose_offsets_could_not_be_read_is_not_described() -> None:
    assert not due(Known(error=KafkaError(KafkaError._TIMED_OUT)), now=0.0)


def test_the_caller_may_ask_for_a_description() -> None:
    assert due(known(), now=0.0, want=replace(CALM, describe=True))


@pytest.mark.parametrize(("before", "now", "stalled"), [(3, 3, True), (3, 4, False), (5, 5, False)])
def test_lag_without_progress_is_a_stall(before: int, now: int, stalled: bool) -> None:
    group = Known(before={FIRST: Offset(value=before)}, committed={FIRST: Offset(value=now)})

    assert memory.is_stalled(group, {FIRST: line(5)}) is stalled


def test_without_named_topics_those_with_commits_and_those_given_to_members_count() -> None:
    member = Member(id="m", instance_id=None, client_id="c", host="h", partitions=(TopicPartition("new", 0),))
    busy = Known(committed={("old", 0): Offset(value=1)}, group=group("Stable", member))

    assert memory.topics_of(busy, named=frozenset(), all_topics=True) == {"old", "new"}
    assert memory.topics_of(busy, named=frozenset({"orders"}), all_topics=False) == {"orders"}


@pytest.mark.parametrize("want", [replace(CALM, urgent=True), replace(CALM, history=True)])
def test_a_group_that_somebody_wants_to_know_all_about_does_not_rest(want: Want) -> None:
    assert not any(memory.may_rest(Known(caught_up=True), want, name="billing", turn=turn) for turn in range(6))


def test_questions_about_one_group_become_one_want() -> None:
    questions = [
        GroupQuestion(group="billing", topics=("orders",), describe=True),
        GroupQuestion(group="billing", topics=None, urgent=True, history=True),
    ]

    assert memory.wants(questions) == {
        "billing": Want(named=frozenset({"orders"}), all_topics=True, describe=True, urgent=True, history=True)
    }


FAILING = GroupQuestion(
    group="billing", topics=("orders",), retry=(("orders.retry", 10.0),), dead_letters=("orders.dlq",)
)


def test_an_app_with_dead_letters_asks_for_what_was_settled_of_them_too() -> None:
    wants = memory.wants([FAILING])

    assert wants["billing"] == Want(named=frozenset({"orders"}), waits=frozenset({"orders.retry"}))
    assert wants["orders.dlq.settled"] == Want(named=frozenset({"orders.dlq"}), letters=True)


def test_a_group_that_is_somebodys_own_is_not_taken_for_one_that_nobody_joins() -> None:
    own = GroupQuestion(group="orders.dlq.settled", topics=("parcels",))
    for questions in ([FAILING, own], [own, FAILING]):
        want = memory.wants(questions)["orders.dlq.settled"]
        assert (want.named, want.letters) == (frozenset({"orders.dlq", "parcels"}), False)


def test_nobody_asks_for_the_members_of_a_group_that_nobody_joins() -> None:
    assert not due(Known(), now=1e6, want=Want(letters=True))


def test_what_waits_in_retry_topics_says_nothing_of_the_members() -> None:
    """A record that waits ten minutes must not have the group described at every sweep."""
    lines = {FIRST: line(5), ("orders.retry", 0): line(9)}
    want = memory.wants([FAILING])["billing"]

    assert memory.own(lines, want) == {FIRST: line(5)}
    assert memory.own(lines, CALM) == lines
    assert not memory.is_caught_up({FIRST: Offset(value=5)}, lines)


@pytest.mark.parametrize(
    ("offset", "found", "read"),
    [
        (Offset(value=2), line(9), True),
        (Offset(value=None), line(9), True),
        (Offset(value=None, error=KafkaError(KafkaError.NOT_COORDINATOR)), line(9), False),
        (Offset(value=2), Line(start=0, end=None, stable=None, fault=Fault(FaultKind.LEADER, "away")), False),
    ],
)
def test_dead_letters_rest_once_all_about_them_was_read(offset: Offset, found: Line, read: bool) -> None:
    assert memory.is_read({FIRST: offset}, {FIRST: found}) is read


@pytest.mark.parametrize(("letters", "asked", "calm"), [(True, True, False), (True, False, True), (False, True, True)])
def test_where_dead_letters_begin_is_looked_at_whenever_their_group_is_asked(
    letters: bool, asked: bool, calm: bool
) -> None:
    assert memory.is_calm(Known(caught_up=True), Want(letters=letters), asked=asked) is calm
