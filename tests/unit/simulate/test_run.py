"""One law in one world: what it is shown, what becomes of what it says, and the books at the end."""

from __future__ import annotations

import numpy as np
import pytest

from sluicegate.errors import Bug
from sluicegate.simulate.arrivals import Arrivals
from sluicegate.simulate.outcome import Outcome, delays
from sluicegate.simulate.run import simulate
from tests.support import simulated
from tests.support.simulated import Scheduled


def run(law: Scheduled, *, rate: float = 300, seconds: int = 600, most: int | None = None, **fields: object) -> Outcome:
    return simulate(
        workload=simulated.workload(**{"partitions": 10, **fields}),
        arrivals=simulated.steady(rate, seconds=seconds),
        law=law,
        objective=10.0,
        most=most,
    )


def test_a_law_looks_every_period_and_never_at_the_very_start() -> None:
    law = Scheduled(period=15)
    outcome = run(law, seconds=61)
    assert [seen.at for seen in law.seen] == [15, 30, 45, 60]
    assert outcome.looks.tolist() == [15, 30, 45, 60]


def test_a_period_of_fractions_is_met_on_average() -> None:
    law = Scheduled(period=2.5)
    run(law, seconds=11)
    assert [seen.at for seen in law.seen] == [2, 5, 8, 10]


def test_a_law_is_shown_what_the_group_committed() -> None:
    law = Scheduled()
    run(law, initialReplicas=5, commitSeconds=1)
    seen = law.seen[-1]
    assert (seen.known, seen.desired, seen.ready, seen.partitions) == (True, 5, 5, 10)
    assert seen.end.sum() == pytest.approx(300 * 591, rel=0.02)
    assert np.array_equal(seen.lag, seen.end - seen.committed)
    assert seen.lag.sum() == 0, "there is more capacity than work, and all of it is committed every second"


def test_every_message_is_handled_once_or_left_over() -> None:
    outcome = run(Scheduled({100: 2, 300: 9, 400: 1}), initialReplicas=4, skew=0.5, startSeconds=10)
    assert outcome.unprocessed > 0
    handled = outcome.messages - outcome.unprocessed
    assert handled > 0
    assert outcome.messages_by_partition.sum() == outcome.messages


def test_the_delays_of_all_messages_add_up_to_all_messages() -> None:
    world = simulated.world(rate=300, partitions=10, initialReplicas=2, seconds=300, skew=0.4)
    world.run_until(300)
    found = delays(world.queues, objective=10.0)
    assert found.by_second.sum() == pytest.approx(world.queues.ended.sum())
    assert found.unprocessed == pytest.approx(world.queues.ended.sum() - world.queues.handled.sum())


def test_messages_never_handled_count_with_their_age_at_the_end() -> None:
    outcome = run(Scheduled(), initialReplicas=0, rate=100, seconds=100)
    assert outcome.unprocessed == outcome.messages
    assert outcome.late_percent == pytest.approx(100 * 89 / 100, abs=2), "those of the last 11 s are not late yet"
    assert outcome.delay_max_s == 99
    assert outcome.delay_p50_s == pytest.approx(50, abs=3)


def test_replica_hours_are_what_was_written_second_by_second() -> None:
    outcome = run(Scheduled({100: 7, 400: 2}), initialReplicas=3, seconds=600)
    assert outcome.desired.tolist() == [3] * 101 + [7] * 300 + [2] * 199
    assert outcome.replica_hours == pytest.approx((3 * 101 + 7 * 300 + 2 * 199) / 3600)
    assert (outcome.scalings, outcome.peak_replicas, outcome.final_replicas) == (2, 7, 2)
    assert [(change.second, change.before, change.after) for change in outcome.changes] == [(100, 3, 7), (400, 7, 2)]
    assert outcome.members.max() == 7


def test_replicas_beyond_what_partitions_or_the_maximum_allow_are_reported() -> None:
    assert run(Scheduled({100: 13}), initialReplicas=3).max_over_cap == 3
    assert run(Scheduled({100: 13}), initialReplicas=3, most=8).max_over_cap == 5
    assert run(Scheduled({100: 10}), initialReplicas=3).max_over_cap == 0
    assert run(Scheduled({100: 10}), initialReplicas=3, growth=[{"at": 50, "partitions": 12}]).max_over_cap == 0


def test_the_same_seed_makes_the_same_run_and_another_seed_another() -> None:
    def figures(seed: int) -> dict[str, float | int]:
        return run(Scheduled({100: 8, 300: 3}), seed=seed, skew=0.3, capacityNoise=0.1, startNoise=9).figures()

    assert figures(5) == figures(5)
    assert figures(5) != figures(6)


def test_another_seed_brings_other_messages() -> None:
    one, other = [run(Scheduled(), seed=seed).messages_by_partition.tolist() for seed in (5, 6)]
    assert one != other


def test_what_arrives_does_not_depend_on_the_law() -> None:
    one = run(Scheduled({100: 8}), seed=5)
    other = run(Scheduled({200: 1, 300: 9}, period=20), seed=5)
    assert one.messages_by_partition.tolist() == other.messages_by_partition.tolist()


def test_an_empty_day_is_no_division_by_zero() -> None:
    outcome = run(Scheduled(), rate=0)
    assert (outcome.late_percent, outcome.delay_p99_s, outcome.unprocessed) == (0.0, 0.0, 0)


def test_progress_is_told_about_a_hundred_times_and_ends_at_one() -> None:
    told: list[float] = []
    arrivals = simulated.steady(1, seconds=3000)
    simulate(workload=simulated.workload(), arrivals=arrivals, law=Scheduled(), objective=60, progress=told.append)
    assert 90 <= len(told) <= 101
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_while_the_lag_is_unknown_a_law_sees_what_was_known_last() -> None:
    law = Scheduled()
    run(law, initialReplicas=5, faults=[{"kind": "LagUnknown", "from": 100, "to": 150}])
    unknown = [seen for seen in law.seen if not seen.known]
    assert [seen.at for seen in unknown] == [100, 110, 120, 130, 140]
    before = next(seen for seen in law.seen if seen.at == 90)
    assert all(np.array_equal(seen.end, before.end) for seen in unknown)


def test_an_unknown_partition_stands_still_for_those_who_sum_up() -> None:
    law = Scheduled()
    run(law, initialReplicas=5, faults=[{"kind": "PartitionUnknown", "partition": 3, "from": 100, "to": 150}])
    before, during, after = [next(seen for seen in law.seen if seen.at == at) for at in (90, 140, 150)]
    assert during.known
    assert during.end[3] == before.end[3] < after.end[3]
    assert during.end[2] > before.end[2]


def test_a_new_partition_may_be_unknown_from_the_start() -> None:
    law = Scheduled()
    faults = [{"kind": "PartitionUnknown", "partition": 11, "from": 95, "to": 120}]
    run(law, growth=[{"at": 100, "partitions": 12}], faults=faults)
    assert [(seen.partitions, len(seen.lag)) for seen in law.seen[8:11]] == [(10, 10), (12, 12), (12, 12)]


def test_an_operator_that_is_down_says_nothing_and_begins_anew() -> None:
    law = Scheduled()
    outcome = run(law, initialReplicas=5, faults=[{"kind": "OperatorDown", "from": 100, "to": 150}])
    assert [seen.at for seen in law.seen if 90 <= seen.at <= 160] == [90, 150, 160]
    assert law.restarts == 1
    assert len(outcome.oldest) == 59, "the world goes on being watched"


def test_a_broker_that_is_down_hands_nothing_out() -> None:
    law = Scheduled()
    outcome = run(law, initialReplicas=10, faults=[{"kind": "BrokerDown", "from": 100, "to": 150}])
    assert [seen.at for seen in law.seen if not seen.known] == [100, 110, 120, 130, 140]
    assert outcome.oldest[outcome.looks == 140].tolist() == [40]
    assert outcome.delay_max_s >= 49
    assert outcome.unprocessed == 0


def test_a_law_cannot_ask_for_less_than_nothing_nor_look_back() -> None:
    with pytest.raises(Bug, match="-1 replicas"):
        run(Scheduled({100: -1}))
    law = Scheduled()
    run(law)
    with pytest.raises(Bug, match="earlier poll"):
        law.seen[0].observation()


def test_one_burst_by_hand() -> None:
    """1,000 messages in second 10 and one partition at 100 a second: the last is handled nine seconds later."""
    rates = np.zeros(60)
    rates[10] = 1000
    outcome = simulate(
        workload=simulated.workload(partitions=1, initialReplicas=1, capacityPerReplica=100),
        arrivals=Arrivals(rates=rates),
        law=Scheduled(),
        objective=5.0,
    )
    longest = -(-outcome.messages // 100) - 1
    assert outcome.delay_max_s == longest
    assert outcome.late_percent == pytest.approx(100 * (outcome.messages - 600) / outcome.messages)
