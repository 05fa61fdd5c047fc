"""Which messages fail is settled by their keys: the same in every replica, at every attempt, and in the asked share."""

from __future__ import annotations

import pytest

from examples.consumer.faults import Faults, Poison, Unavailable, parse

KEYS = [f"orders-{number}" for number in range(20_000)]


def failing(faults: Faults, *, attempt: int, kind: type[Exception]) -> set[str]:
    found = set()
    for key in KEYS:
        try:
            faults.check(key, attempt=attempt)
        except (Poison, Unavailable) as failure:
            if isinstance(failure, kind):
                found.add(key)
    return found


def test_poison_fails_at_every_attempt_until_it_is_fixed() -> None:
    faults, fixed = parse("poison=2,transient=5", fixed=False), parse("poison=2,transient=5", fixed=True)
    poison = failing(faults, attempt=1, kind=Poison)
    assert len(poison) == pytest.approx(0.02 * len(KEYS), rel=0.15)
    assert failing(faults, attempt=3, kind=Poison) == poison
    assert failing(fixed, attempt=1, kind=Poison) == set()


def test_what_is_transient_fails_once_and_is_no_poison() -> None:
    faults = parse("poison=2,transient=5", fixed=False)
    once = failing(faults, attempt=1, kind=Unavailable)
    assert len(once) == pytest.approx(0.05 * len(KEYS), rel=0.15)
    assert once.isdisjoint(failing(faults, attempt=1, kind=Poison))
    assert failing(faults, attempt=2, kind=Unavailable) == set()


def test_nothing_fails_unasked() -> None:
    assert parse("", fixed=False) == Faults()
    assert failing(Faults(), attempt=1, kind=Exception) == set()


@pytest.mark.parametrize("text", ["poison", "poison=2%", "slow=3", "poison=-1"])
def test_a_fault_that_is_none_is_named_with_the_remedy(text: str) -> None:
    with pytest.raises(ValueError, match=r"FAULTS: .* is no fault: write poison=2,transient=5"):
        parse(text, fixed=False)
