"""Who is suspected of a crash, for how long, and what acquits."""

from __future__ import annotations

from sluicegate.model.kafka import ClientConfig
from sluicegate.observe.kafka.suspects import WITHIN, Suspects, wait

A, B = (ClientConfig(settings=(("bootstrap.servers", name),)) for name in ("a:9092", "b:9092"))


def test_one_crash_makes_no_suspect() -> None:
    suspects = Suspects()
    suspects.ended(A, now=100.0)

    assert not suspects.is_confined(A)


def test_two_crashes_within_ten_minutes_do() -> None:
    suspects = Suspects()
    suspects.ended(A, now=100.0)
    suspects.ended(A, now=100.0 + WITHIN - 1)

    assert suspects.is_confined(A)
    assert suspects.must_wait(A, now=100.0 + WITHIN) == 0.0


def test_two_crashes_further_apart_do_not() -> None:
    suspects = Suspects()
    suspects.ended(A, now=100.0)
    suspects.ended(A, now=100.0 + WITHIN)

    assert not suspects.is_confined(A)


def test_crashes_of_two_connections_are_counted_apart() -> None:
    suspects = Suspects()
    suspects.ended(A, now=100.0)
    suspects.ended(B, now=101.0)

    assert not suspects.is_confined(A)
    assert not suspects.is_confined(B)


def test_a_crash_in_quarantine_doubles_the_wait_and_counts_for_the_culprit_only() -> None:
    suspects = Suspects()
    for one in (A, B):
        suspects.ended(one, now=100.0)
        suspects.ended(one, now=101.0)

    suspects.crashed_alone(A, now=102.0)
    first = suspects.must_wait(A, now=102.0)
    suspects.crashed_alone(A, now=103.0)

    assert suspects.must_wait(A, now=103.0) == 2 * first > 0
    assert suspects.must_wait(B, now=103.0) == 0.0


def test_a_good_sweep_in_quarantine_acquits_and_the_count_begins_anew() -> None:
    suspects = Suspects()
    suspects.ended(A, now=100.0)
    suspects.ended(A, now=101.0)
    suspects.acquitted(A)
    suspects.ended(A, now=102.0)

    assert not suspects.is_confined(A)


def test_the_wait_doubles_up_to_thirty_seconds() -> None:
    assert [wait(failures) for failures in range(5)] == [0.0, 0.2, 0.4, 0.8, 1.6]
    assert wait(9) == 30.0
    assert wait(100_000) == 30.0
