"""What a line of a recording says of retries and dead letters, and that it comes back."""

from __future__ import annotations

import pytest

from sluicegate.model.kafka import Fault, FaultKind
from sluicegate.model.observation import Observation
from sluicegate.model.sight import read_sight, sight
from sluicegate.model.topic import DeadLetters, RetryPartition
from tests.support import given

DENIED = Fault(FaultKind.DENIED, "Describe on topic r is missing", retriable=False)
SEEN = given.observation(
    given.partitions(3),
    retry=(
        RetryPartition(topic="r", partition=0, due_end=40, committed=None),
        RetryPartition(topic="r", partition=1, due_end=7, committed=5, start=2),
        RetryPartition(topic="r", partition=2, due_end=None, committed=None, fault=DENIED),
    ),
    dead_letters=(
        DeadLetters(topic="a.dlq", records=2, ends=9, oldest=given.NOW - 60),
        DeadLetters(topic="b.dlq", records=10, ends=10),
    ),
)


def test_the_line_has_the_promised_keys() -> None:
    found = sight(SEEN)

    assert found["retry"] == [
        {"topic": "r", "partition": 0, "dueEnd": 40, "committed": None},
        {"topic": "r", "partition": 1, "dueEnd": 7, "committed": 5, "start": 2},
        {
            "topic": "r",
            "partition": 2,
            "dueEnd": None,
            "committed": None,
            "error": "NotAuthorized (final): Describe on topic r is missing",
        },
    ]
    assert (found["deadLetter"]["records"], found["deadLetter"]["oldest"]) == (12, given.NOW - 60)
    assert [one["topic"] for one in found["deadLetter"]["topics"]] == ["a.dlq", "b.dlq"]


def test_it_comes_back_as_it_was() -> None:
    assert read_sight(sight(SEEN)) == SEEN


def test_where_one_topic_is_unknown_the_sum_is_too() -> None:
    unknown = DeadLetters(topic="c.dlq", records=None, ends=None, fault=DENIED)
    seen = given.observation(given.partitions(3), dead_letters=(*SEEN.dead_letters, unknown))

    assert sight(seen)["deadLetter"]["records"] is None
    assert read_sight(sight(seen)) == seen


def test_an_app_without_error_handling_has_neither_key() -> None:
    assert sight(given.observation(given.partitions(3))).keys().isdisjoint({"retry", "deadLetter", "deadLetters"})


def lines_of_others(**keys: object) -> Observation:
    return read_sight({"at": given.NOW, "workload": None, "partitions": [], **keys})


def test_a_line_made_elsewhere_needs_the_promised_keys_alone() -> None:
    seen = lines_of_others(
        retry=[{"topic": "r", "partition": 0, "dueEnd": 9, "committed": 4}],
        deadLetter={"records": 12, "oldest": given.NOW},
    )

    assert [one.due for one in seen.retry] == [5]
    assert seen.dead_letters == (DeadLetters(topic="", records=12, ends=None, oldest=given.NOW),)


@pytest.mark.parametrize("nothing", [{}, {"retry": None, "deadLetter": None}])
def test_what_is_absent_or_null_does_not_apply(nothing: dict[str, None]) -> None:
    seen = lines_of_others(**nothing)

    assert (seen.retry, seen.dead_letters) == ((), ())
