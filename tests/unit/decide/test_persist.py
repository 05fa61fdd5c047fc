"""What a restart must not forget, and what it makes of whatever it finds."""

from __future__ import annotations

import json
from array import array
from typing import Any

import pytest

from sluicegate.decide import persist, restore
from sluicegate.decide.persist import LIMIT
from sluicegate.model.memory import Ceiling, Fleet, Jump, Memory, Minute, Profile, Reversal, Sample, Wanted
from tests.support import given

NOW = given.NOW
FULL = Memory(
    started=NOW - 5000,
    seen_at=NOW,
    wanted=(Wanted(at=NOW - 400, replicas=9), Wanted(at=NOW - 10, replicas=4)),
    downs=(NOW - 3000, NOW - 200),
    last_up=NOW - 700,
    last_down=NOW - 200,
    acted_at=NOW - 200,
    leads=(31.0, 45.0),
    target_uid="3c5d6a1e-9f0b-4a53-8a8e-0f6f1f1b2c3d",
    written=9,
    accepted_at=NOW - 100,
    accepted_by="kubectl",
    reversals=(Reversal(at=NOW - 100, manager="kubectl"),),
    usable=12,
    count=12,
    assignor="range",
    foreign=1,
    translated=True,
    uncommitted_proven=True,
    idle_since=NOW - 60,
    gap=5.0,
    samples=(Sample(at=NOW - 900, rate=48.0), Sample(at=NOW - 890, rate=52.0)),
    bound=30.0,
    bound_at=NOW - 50,
    topic_ids=(("orders", "abc"),),
    transactional=("orders",),
    residue=(("orders-0", 10, 1, 3),),
    first_end=(("orders-1", 77),),
    rest=1.5,
    highs=(Minute(minute=int(NOW // 60) - 30, rate=900.0), Minute(minute=int(NOW // 60), rate=400.0)),
    jump=Jump(at=NOW - 4000, rise=700.0),
    foreseen=(NOW - 4000, True),
    silent_since=NOW - 30,
    silent_rate=400.0,
    falls=(NOW - 9000, NOW - 30),
    demand_down=NOW - 800,
    fleet=Fleet(at=NOW - 30, seconds=7200.0, mean=4.5),
    ceiling=Ceiling(replicas=6, until=NOW + 500, rate=410.0, tries=2),
)


def back(memory: Memory, *, after: float = 20.0) -> Memory:
    return restore(json.loads(json.dumps(persist(memory))), now=NOW + after)


@pytest.mark.parametrize(
    "name",
    [
        "started", "wanted", "last_up", "last_down", "acted_at", "leads", "target_uid", "written", "accepted_at",
        "accepted_by", "reversals", "usable", "count", "assignor", "foreign", "translated", "uncommitted_proven",
        "idle_since", "gap", "bound", "bound_at", "transactional", "residue", "first_end",
        "rest", "highs", "jump", "foreseen", "silent_since", "silent_rate", "falls", "demand_down", "fleet",
        "ceiling",
    ],
)  # fmt: skip
def test_it_comes_back(name: str) -> None:
    assert getattr(back(FULL), name) == getattr(FULL, name)


def test_the_budget_is_never_widened_by_a_restart() -> None:
    assert len(back(FULL).downs) == 2
    many = Memory(seen_at=NOW, downs=tuple(NOW - 3500 + step for step in range(3500)))
    restored = back(many).downs
    assert len(restored) == 3500
    assert all(new >= old for new, old in zip(restored, many.downs, strict=True))


def test_topics_come_back_as_marks_that_tell_another_incarnation() -> None:
    app = given.spec()
    _, memory = given.decided(given.observation(given.partitions(0), replicas=1), app=app)
    same, again = given.decided(
        given.observation(given.partitions(0), replicas=1, at=NOW + 10), app=app, memory=back(memory, after=5)
    )
    assert again.started == memory.started
    recreated = (given.partition(0, topic_id="another"),)
    _, anew = given.decided(
        given.observation(recreated, replicas=1, at=NOW + 10), app=app, memory=back(memory, after=5)
    )
    assert anew.started == NOW + 10
    assert same.replicas == 1


def test_after_more_than_six_minutes_the_window_counts_as_not_seen() -> None:
    late = back(FULL, after=400)
    assert (late.started, late.wanted, late.idle_since) == (None, (), None)
    assert late.downs != ()


def test_times_in_the_future_are_cut_to_now() -> None:
    restored = restore({"v": 1, "at": NOW + 9e6, "started": NOW + 9e6, "lastScaleUpAt": NOW + 9e6}, now=NOW)
    assert (restored.started, restored.last_up) == (NOW, NOW)


@pytest.mark.parametrize(
    "found",
    [
        None, {}, [], "text", {"v": 2, "started": 5}, {"v": "1"},
        {"v": 1, "wanted": "no", "downs": {"a": 1}, "topics": 7, "capacity": [], "leads": [None, "x"]},
        {"v": 1, "wanted": [[1], [1, 2, 3], ["a", "b"], [1, -5], [None, 3]], "written": -4, "usable": 1.5},
        {"v": 1, "started": float("nan"), "at": float("inf"), "written": True, "residue": [["a", 1, 2]]},
        {"v": 1, "firstEnd": [[5, 5], ["a", "b"]], "reversals": [[1, 2]], "transactional": [1, 2], "gap": "x"},
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_taken_for_absent(found: Any) -> None:
    assert restore(found, now=NOW) == Memory()


def test_rows_that_make_no_sense_are_left_out_and_the_rest_is_read() -> None:
    found = {
        "v": 1, "at": NOW, "wanted": [[None, 3], [NOW, 4]], "residue": [["a", 1, "x", 3], ["b", 1, 2, 3]],
        "firstEnd": [["a", -1], ["b", 7]], "downs": [[NOW, "x"], [NOW, 2]],
    }  # fmt: skip
    restored = restore(found, now=NOW)
    assert restored.wanted == (Wanted(at=NOW, replicas=4),)
    assert restored.residue == (("b", 1, 2, 3),)
    assert restored.first_end == (("b", 7),)
    assert restored.downs == (NOW, NOW)


def test_it_stays_small_with_as_much_to_remember_as_there_can_be() -> None:
    name = "t" * 249
    huge = Memory(
        started=NOW,
        seen_at=NOW,
        wanted=tuple(Wanted(at=NOW - 86_400 + step, replicas=10_000 - step) for step in range(3000)),
        downs=tuple(NOW - step for step in range(3600)),
        last_up=NOW, last_down=NOW, acted_at=NOW, leads=(300.0,) * 5,
        target_uid="u" * 36, written=10_000, accepted_at=NOW, accepted_by="é" * 64,
        reversals=tuple(Reversal(at=NOW, manager="ü" * 300) for _ in range(16)),
        usable=10_000, count=10_000, assignor="ö" * 300, foreign=9999, translated=True, uncommitted_proven=True,
        idle_since=NOW, gap=299.123456, samples=(Sample(at=NOW, rate=123456.789),) * 12, bound=1 / 3, bound_at=NOW,
        topic_ids=tuple((f"{name[:-2]}{i}", "i" * 22) for i in range(64)),
        transactional=tuple(f"{name[:-2]}{i}" for i in range(64)),
        residue=tuple((f"{name}-{i}", 2**62, 2, 3) for i in range(2000)),
        first_end=tuple((f"{name}-{i}", 2**62) for i in range(2000)),
    )  # fmt: skip
    assert len(json.dumps(persist(huge), separators=(",", ":"))) <= LIMIT
    assert len(back(huge).downs) == 3600


def test_thinning_the_window_never_forgets_its_maximum() -> None:
    wanted = tuple(Wanted(at=NOW - 300 + step, replicas=500 - step) for step in range(200))
    restored = back(Memory(seen_at=NOW, wanted=wanted), after=0).wanted
    for moment in (-310, -250, -200, -150, -102):
        before = max(one.replicas for one in wanted if one.at > NOW + moment)
        after = max(one.replicas for one in restored if one.at > NOW + moment)
        assert after >= before


def test_a_restart_long_after_the_last_write_waits_for_a_whole_window_before_a_step_down() -> None:
    """More may have been wanted in between: that died with the process that saw it."""
    app = given.spec(scaling={"capacityPerReplica": None, "lagPerReplica": 10, "scaleDown": {"stabilization": "1m"}})
    calm = Memory(started=NOW - 5000, seen_at=NOW - 200, wanted=(Wanted(at=NOW - 200, replicas=6),))
    memory = back(calm, after=0)
    parts = given.partitions(*[0] * 12)
    numbers = []
    for second in range(0, 90, 10):
        decision, memory = given.decided(given.observation(parts, replicas=6, at=NOW + second), app=app, memory=memory)
        numbers.append(decision.replicas)
    assert numbers[:6] == [6] * 6
    assert numbers[-1] == 1


def test_the_days_shape_comes_back_by_half_hours() -> None:
    slot = int(NOW // 300)
    rates = array("f", [float(100 + place) for place in range(300)])
    found = back(Memory(seen_at=NOW, profile=Profile(slot=slot, high=1000.0, rates=rates))).profile
    assert found is not None
    assert found.slot == slot
    assert found.high == 1000.0
    half_a_day_ago = found.rates[-144]
    assert max(rates[-150:-138]) + 5 >= half_a_day_ago >= rates[-144]


def test_a_day_that_lies_in_the_future_is_cut_off() -> None:
    data = {"v": 1, "day": {"until": NOW + 9e9, "rates": [5.0] * 48}}
    found = restore(data, now=NOW).profile
    assert found is not None
    assert found.slot <= int(NOW // 300)


def test_many_heights_become_few_and_none_is_lowered() -> None:
    minute = int(NOW // 60)
    many = tuple(Minute(minute=minute - 60 + i, rate=1000.0 - i) for i in range(61))
    found = back(Memory(seen_at=NOW, highs=many)).highs
    assert len(found) <= 12
    for one in many:
        assert next(kept.rate for kept in found if kept.minute >= one.minute) >= one.rate - 5
