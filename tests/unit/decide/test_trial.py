"""A step up after which hardly more is handled shows that something behind the consumers is at its end."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sluicegate.decide import trial
from sluicegate.decide.scene import Scene
from sluicegate.model.decision import Limit
from sluicegate.model.memory import Ceiling, Memory, Sample, Trial
from tests.support import given
from tests.support.scenes import NOW, polls, rates, scene

RATE = 580.0
STEP = Trial(at=NOW - 300, before=4, after=8, out=200.0, rate=50.0)


def stage(**more: Any) -> Scene:
    """Eight replicas at rest, 580 messages/s come, on no partition as many as a member can do."""
    return scene(**{"replicas": 8, "rates": rates(RATE), **more})


def judged(out: float, *, seen: Scene | None = None, seconds_waiting: float = 100.0, **memory: Any) -> Memory:
    samples = (Sample(at=NOW, rate=50.0),)
    before = Memory(**{"trial": STEP, "polls": polls(ends=RATE, out=out, waiting=10**6), "samples": samples, **memory})
    return trial.judge(scene=seen or stage(), backlog=seconds_waiting * RATE, memory=before)


@pytest.mark.parametrize(("out", "ceiling"), [(202, 4), (206, 6), (248, 6), (252, None), (400, None)])
def test_less_than_a_quarter_of_what_was_due_is_no_help_and_as_many_stay_as_handled_the_same(
    out: float, ceiling: int | None
) -> None:
    """200/s by four: at that speed six are the smallest useful number for 206/s."""
    memory = judged(out)
    assert memory.trial is None
    assert (memory.ceiling.replicas if memory.ceiling else None) == ceiling
    assert (memory.samples == ()) is (ceiling is not None)


def test_a_trial_that_helps_lifts_the_ceiling_to_what_was_tried_and_lets_the_next_be_tried_at_once() -> None:
    before = Ceiling(replicas=4, until=NOW + 500, rate=RATE, tries=2)
    assert judged(400, ceiling=before).ceiling == replace(before, replicas=8, until=NOW)
    assert judged(400, ceiling=replace(before, replicas=10)).ceiling == replace(before, replicas=10, until=NOW)


def test_where_no_useful_number_lies_between_it_is_the_one_that_was_enough() -> None:
    jump = replace(STEP, before=7, after=11)
    eleven = stage(replicas=11)
    assert judged(200, seen=eleven, trial=jump).ceiling == Ceiling(replicas=7, until=NOW + 300, rate=RATE, tries=1)
    assert judged(210, seen=eleven, trial=jump).ceiling == Ceiling(replicas=11, until=NOW + 300, rate=RATE, tries=1)


def test_a_ceiling_binds_longer_each_time_and_remembers_what_came() -> None:
    memory, spans = judged(200), []
    for _ in range(5):
        assert memory.ceiling is not None
        assert memory.ceiling.rate == RATE
        spans.append(memory.ceiling.until - NOW)
        memory = judged(200, ceiling=memory.ceiling)
    assert spans == [300, 600, 1200, 1800, 1800]


def test_it_holds_until_then_and_after_that_one_useful_number_more_is_tried() -> None:
    memory = judged(200)
    most = [trial.limit(scene=stage(now=NOW + later), memory=memory) for later in (0, 299, 300)]
    assert [one[0] for one in most if one] == [4, 4, 6]
    assert most[0] is not None
    assert most[0][1] == "more than 4 handled no more: tried again in 300 s"
    assert trial.limit(scene=stage(), memory=Memory()) is None


def test_at_the_last_useful_number_nothing_more_is_tried() -> None:
    memory = Memory(ceiling=Ceiling(replicas=12, until=NOW, rate=RATE, tries=1))
    found = trial.limit(scene=stage(), memory=memory)
    assert found is not None
    assert found[0] == 12


@pytest.mark.parametrize(
    ("rate", "kept"), [(600.0, True), (750.0, True), (450.0, True), (751.0, False), (449.0, False)]
)
def test_other_arrivals_are_another_situation(rate: float, kept: bool) -> None:
    ceiling = Ceiling(replicas=4, until=NOW + 300, rate=600.0, tries=1)
    memory = trial.judge(scene=stage(rates=rates(rate)), backlog=0.0, memory=Memory(ceiling=ceiling))
    assert (memory.ceiling == ceiling) is kept


@pytest.mark.parametrize("seen", [stage(stable=False), stage(ready=7), stage(stable_for=89.0)])
def test_it_is_judged_only_once_the_new_replicas_have_been_at_work_for_a_while(seen: Scene) -> None:
    memory = judged(200, seen=seen)
    assert (memory.trial, memory.ceiling) == (STEP, None)
    assert judged(200, seen=replace(seen, stable=True, ready=8, stable_for=90.0)).ceiling is not None


def test_a_step_that_does_not_come_to_rest_is_not_judged_at_all() -> None:
    late = replace(STEP, at=NOW - 901)
    assert judged(200, trial=late).ceiling is None
    assert judged(200, trial=late).trial is None
    assert judged(200, trial=replace(STEP, at=NOW - 900)).ceiling is not None


def test_who_has_little_to_do_cannot_show_what_it_can() -> None:
    assert judged(200, seconds_waiting=20).ceiling is None
    assert judged(200, seconds_waiting=21).ceiling is not None


def test_a_partition_that_fills_a_member_is_the_bottleneck_itself() -> None:
    full = (0.085, *[0.083] * 11)
    assert judged(200, seen=stage(share=full)).ceiling is None
    assert judged(200, seen=stage(share=(0.084, *[0.083] * 11))).ceiling is not None


def test_a_step_from_nothing_is_not_judged() -> None:
    assert judged(200, trial=replace(STEP, before=0)).ceiling is None


def test_without_rates_nothing_is_judged() -> None:
    memory = Memory(trial=STEP)
    assert trial.judge(scene=stage(rates=None), backlog=1e6, memory=memory) is memory


def test_a_decision_goes_back_to_the_ceiling_and_says_until_when() -> None:
    at = given.NOW
    memory = Memory(ceiling=Ceiling(replicas=4, until=at + 200, rate=0.0, tries=1), last_up=at - 1000)
    parts = given.partitions(*[4000] * 12, end=100_000)
    decision, _ = given.decided(given.observation(parts, replicas=8), memory=memory)
    assert (decision.replicas, decision.limited_by) == (4, Limit.INEFFECTIVE)
    assert "more than 4 handled no more: tried again in 200 s" in decision.message
    moving = given.observation(parts, replicas=8, workload=given.workload(8, ready=7))
    assert given.decided(moving, memory=memory)[0].replicas == 8
    later, _ = given.decided(given.observation(parts, replicas=8), memory=replace(memory, ceiling=None))
    assert later.replicas is not None
    assert later.replicas >= 8
