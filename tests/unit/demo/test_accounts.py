"""Delays are counted per message, the first handling counts, and age is that of the oldest one waiting."""

from __future__ import annotations

from demo.accounts import Accounts


def test_a_second_handling_is_a_duplicate_and_the_first_one_counts() -> None:
    accounts = Accounts()
    accounts.sent((0, 0), 100.0)
    accounts.handled((0, 0), 170.0)
    accounts.handled((0, 0), 130.0)
    totals = accounts.totals(objective=60.0)
    assert (totals.produced, totals.consumed, totals.duplicates, totals.late) == (1, 1, 1, 0)
    assert totals.longest_delay_s == 30.0


def test_a_result_that_is_read_before_its_message_is_not_lost() -> None:
    accounts = Accounts()
    accounts.handled((3, 7), 101.0)
    assert accounts.totals(objective=60.0).consumed == 0
    accounts.sent((3, 7), 100.0)
    assert accounts.totals(objective=60.0).consumed == 1


def test_arrivals_and_handled_fall_into_the_second_in_which_they_happened() -> None:
    accounts = Accounts()
    for offset, (sent, handled) in enumerate([(9.5, 10.5), (10.2, 10.9), (10.8, 12.0)]):
        accounts.sent((0, offset), sent)
        accounts.handled((0, offset), handled)
    rows = accounts.seconds([10.0, 11.0, 12.0])
    assert [row.arrivals for row in rows] == [1, 2, 0]
    assert [row.handled for row in rows] == [0, 2, 1]


def test_age_is_that_of_the_oldest_message_not_handled_at_that_moment() -> None:
    accounts = Accounts()
    accounts.sent((0, 0), 100.0)
    accounts.sent((1, 0), 101.0)
    accounts.handled((1, 0), 101.5)
    accounts.handled((0, 0), 130.0)
    ages = [row.oldest_age_s for row in accounts.seconds([99.0, 102.0, 129.0, 131.0])]
    assert ages == [0.0, 2.0, 29.0, 0.0]


def test_a_message_never_handled_ages_to_the_end_and_is_late() -> None:
    accounts = Accounts()
    accounts.sent((0, 0), 100.0)
    assert accounts.seconds([500.0])[0].oldest_age_s == 400.0
    assert accounts.totals(objective=60.0).late_percent == 100.0
