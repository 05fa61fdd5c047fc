"""What one replica handles is measured where all were busy, and what was learned is held against it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from demo.capacity import broken_learned, busy_rate, with_capacity
from demo.story import summarise
from demo.timeline import Row
from tests.unit.demo.world import live


def busy(seconds: int, *, ready: int, each: float = 50.0, age: float = 20.0, since: int = 0) -> list[Row]:
    """Seconds in which every one of ``ready`` replicas handles ``each`` messages."""
    return [
        Row(
            second=since + second,
            arrivals=900,
            handled=round(ready * each),
            lag=5000,
            oldest_age_s=age,
            replicas=ready,
            ready=ready,
            wanted=12,
            cap=12,
            members=ready,
        )
        for second in range(seconds)
    ]


def measured(rows: Sequence[Row]) -> float | None:
    return busy_rate(rows, burst_from=0, burst_until=100)


def judged(*, true: float | None, learned: float | None, source: str = "Learned", **world: int) -> tuple[str, ...]:
    told = live(**world)  # type: ignore[arg-type]
    summary = with_capacity(summarise(told.facts), true=true, learned=learned, source=source)
    return broken_learned(summary, steady_replicas=told.facts.steady_replicas)


def test_the_rate_of_one_replica_is_that_of_busy_seconds() -> None:
    assert measured(busy(20, ready=12)) == pytest.approx(50.0)


def test_seconds_without_a_backlog_say_nothing_of_what_a_replica_can_do() -> None:
    idle = busy(60, ready=12, each=5, age=0.4, since=20)
    assert measured([*busy(20, ready=12), *idle]) == pytest.approx(50.0)
    assert measured(idle) is None


def test_seconds_in_which_pods_come_or_members_join_do_not_count() -> None:
    joining = [row for step in range(30) for row in busy(1, ready=2 + step % 2, each=9, since=40 + step)]
    assert measured([*busy(20, ready=12), *joining]) == pytest.approx(50.0)
    assert measured(joining) is None


def test_seconds_after_the_burst_do_not_count() -> None:
    assert measured([*busy(20, ready=12), *busy(90, ready=12, each=5, since=101)]) == pytest.approx(50.0)


def test_a_story_with_a_capacity_near_the_true_one_came_true() -> None:
    assert judged(true=50.0, learned=43.0) == ()
    assert judged(true=50.0, learned=57.0) == ()


@pytest.mark.parametrize("learned", [42.0, 58.0])
def test_a_capacity_more_than_15_percent_off_is_said(learned: float) -> None:
    (said,) = judged(true=50.0, learned=learned)
    assert said == (
        f"the operator learned {learned:g} messages a second of one replica, "
        "and a busy one handled 50.0: more than 15% apart"
    )


def test_a_capacity_that_was_not_learned_or_not_measured_is_said() -> None:
    assert "did not learn what one replica handles; it says Probing" in judged(true=50, learned=33, source="Probing")[0]
    assert "it says nothing" in judged(true=50, learned=None, source="")[0]
    assert "was not measured" in judged(true=None, learned=50)[0]


def test_the_rest_of_the_story_is_judged_as_well() -> None:
    (said,) = judged(true=50.0, learned=50.0, lose=3)
    assert "3 of 8560 messages were produced and never handled" in said
