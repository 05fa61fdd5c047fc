"""The schedule is read as written, refused in a sentence, and adds up to the very number of messages."""

from __future__ import annotations

import pytest

from examples.producer.producer import Phase, due, parse


def test_a_schedule_is_phases_in_order() -> None:
    assert parse("80x60s, 800x90s, 80") == (
        Phase(rate=80, seconds=60),
        Phase(rate=800, seconds=90),
        Phase(rate=80, seconds=None),
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("fast", "'fast' is not a phase: write 80x60s"),
        ("80x60", "'80x60' is not a phase"),
        ("", "'' is not a phase"),
        ("80,800x90s", "'800x90s' comes after a phase without end"),
    ],
)
def test_a_schedule_that_makes_no_sense_is_refused_with_the_remedy(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        parse(text)


def test_what_is_due_adds_up_across_phases_and_ends() -> None:
    schedule = parse("80x60s,800x90s")
    assert due(schedule, 0.0) == (0, False)
    assert due(schedule, 60.0) == (4_800, False)
    assert due(schedule, 61.0) == (5_600, False)
    assert due(schedule, 150.0) == (76_800, True)
    assert due(schedule, 1_000.0) == (76_800, True)


def test_a_last_phase_without_end_goes_on() -> None:
    assert due(parse("10x1s,80"), 101.0) == (8_010, False)
