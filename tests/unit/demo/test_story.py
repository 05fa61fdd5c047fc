"""The summary is what the files say, and a story that did not come true is told as such."""

from __future__ import annotations

from dataclasses import fields

import pytest

from demo.story import Summary, broken_promises, summarise
from tests.unit.demo.world import live


def judged(**world: object) -> tuple[Summary, tuple[str, ...]]:
    told = live(**world)  # type: ignore[arg-type]
    summary = summarise(told.facts)
    return summary, broken_promises(summary, steady_replicas=told.facts.steady_replicas, poll_s=told.facts.poll_s)


def test_a_good_run_breaks_no_promise_and_its_numbers_are_those_of_the_run() -> None:
    summary, broken = judged()
    assert broken == ()
    assert summary.max_replicas_written == summary.partitions == summary.max_ready == summary.members_at_peak == 12
    assert summary.reaction_s == pytest.approx(7.4)
    assert summary.time_to_cap_s == pytest.approx(10.0)
    assert summary.produced == summary.consumed == 8 * 170 + 80 * 90
    assert summary.late_percent == 0.0
    assert summary.final_replicas == 2


def test_the_summary_has_exactly_the_promised_fields() -> None:
    assert [field.name for field in fields(Summary)] == [
        "partitions",
        "max_replicas_written",
        "max_ready",
        "members_at_peak",
        "reaction_s",
        "time_to_cap_s",
        "late_percent",
        "produced",
        "consumed",
        "final_replicas",
        "operator_restarts",
    ]


@pytest.mark.parametrize(
    ("world", "sentence"),
    [
        ({"writes": {4: 2, 47: 13, 230: 2}}, "wrote 13 replicas, more than the 12 partitions"),
        ({"writes": {4: 2, 47: 9, 230: 2}}, "never wrote 12 replicas, the number of partitions: the most was 9"),
        ({"writes": {4: 2, 52: 12, 230: 2}}, "12.4 s after the burst's first message, not within 10 s"),
        ({"writes": {4: 2}}, "never wrote a new number of replicas after the burst began"),
        ({"lose": 3}, "3 of 8560 messages were produced and never handled"),
        ({"writes": {4: 2, 47: 12, 230: 3}}, "3 replicas ran at the end, not the 2 that ran before the burst"),
        ({"writes": {4: 2, 47: 12}}, "12 replicas ran at the end"),
        ({"restarts": 1}, "the operator's container restarted 1 times"),
    ],
)
def test_each_part_of_the_story_that_fails_is_said_in_a_sentence(world: dict[str, object], sentence: str) -> None:
    _, broken = judged(**world)
    assert any(sentence in said for said in broken), broken


def test_one_replica_past_the_partitions_for_a_moment_is_not_forgiven() -> None:
    _, broken = judged(writes={4: 2, 47: 12, 100: 13, 101: 12, 230: 2})
    assert broken == ("the operator wrote 13 replicas, more than the 12 partitions",)


def test_scaling_before_the_burst_is_no_reaction_to_it() -> None:
    summary, _ = judged(writes={39: 2, 47: 12, 230: 2})
    assert summary.reaction_s == pytest.approx(7.4)


def test_messages_handled_too_late_and_never_are_late() -> None:
    slow, _ = judged(writes={4: 2, 130: 12, 230: 2}, seconds=400)
    assert slow.late_percent > 50
    lost, _ = judged(lose=86)
    assert lost.late_percent == pytest.approx(1.0, abs=0.01)
