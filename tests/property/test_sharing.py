"""Sharing, a thousand random cases of each promise; twenty thousand are in tests/simulate."""

from __future__ import annotations

from tests.support.lagging import live
from tests.support.sharing import history, judge_entitlement, judge_fairness, settle

CASES = 1000


def test_nothing_is_over_capacity_above_want_or_left_unused() -> None:
    for seed in range(CASES):
        judge_entitlement(seed)


def test_one_dependency_is_shared_by_weight_and_more_of_it_is_never_less() -> None:
    for seed in range(CASES):
        judge_fairness(seed)


def test_what_is_granted_never_makes_more_run_than_there_is() -> None:
    for seed in range(CASES // 40):
        for _ in history(seed):
            pass


def test_constant_wants_settle_in_two_changes() -> None:
    for seed in range(CASES // 20):
        assert max(settle(seed)) <= 2, seed


def test_constant_others_and_wants_settle_whatever_one_reading_says() -> None:
    for seed in range(CASES // 10):
        lived = live(seed, odd=seed % 2 == 1)
        assert max(lived.changes) <= 2, seed
        assert lived.most <= max(lived.capacity, lived.first), seed
