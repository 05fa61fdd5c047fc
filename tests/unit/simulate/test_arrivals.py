"""Arrivals from CSV and from rules."""

from __future__ import annotations

import numpy as np
import pytest

from sluicegate.errors import Invalid
from sluicegate.simulate.arrivals import Arrivals, arrivals_for, read_arrivals
from tests.support import simulated


def test_messages_of_a_row_are_spread_evenly_until_the_next() -> None:
    arrivals = read_arrivals("second,messages\n0,30\n10,40\n30,10\n")
    assert arrivals.seconds == 50, "the last interval is as long as the one before"
    assert arrivals.rates[:10].tolist() == pytest.approx([3.0] * 10)
    assert arrivals.rates[10:30].tolist() == pytest.approx([2.0] * 20)
    assert arrivals.rates[30:].tolist() == pytest.approx([0.5] * 20)
    assert arrivals.messages == 80


def test_time_begins_with_the_first_row() -> None:
    assert read_arrivals("second,messages\n600,5\n605,5\n").rates.tolist() == pytest.approx([1.0] * 10)


def test_a_row_may_begin_within_a_second() -> None:
    arrivals = read_arrivals("second,messages\n0,3\n1.5,6\n")
    assert arrivals.rates.tolist() == pytest.approx([2.0, 3.0, 4.0])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "write the header second,messages"),
        ("time,count\n0,1\n1,1\n", "line 1 of the arrivals is time,count"),
        ("second,messages\n0,1\n", "1 rows: give two or more"),
        ("second,messages\n0,1\n0,2\n", "line 3 of the arrivals: second 0 does not follow 0"),
        ("second,messages\n0,1\n1,many\n", "line 3 of the arrivals is 1,many: write two numbers"),
        ("second,messages\n0,1\n1\n", "line 3 of the arrivals is 1: write two numbers"),
        ("second,messages\n0,1\n1,-2\n", "0 or more messages"),
        ("second,messages\n0,1\n1,nan\n", "finite"),
        ("second,messages\n0,1\n9999999,1\n", "give at most 2678400 s (31 days)"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_line_value_and_remedy(text: str, words: str) -> None:
    with pytest.raises(Invalid) as error:
        read_arrivals(text)
    assert words in str(error.value)


def test_the_busiest_five_minutes_are_scaled_to_a_part_of_what_all_partitions_can_do() -> None:
    rates = np.full(3600, 1.0)
    rates[1000:1300] = 4.0
    workload = simulated.workload(partitions=20, capacityPerReplica=50, consumersPerReplica=2, scalePeakTo=0.8)
    scaled = arrivals_for(workload, given=Arrivals(rates=rates))
    assert scaled.busiest == pytest.approx(0.8 * 20 / 2 * 50)
    assert scaled.rates[0] == pytest.approx(scaled.busiest / 4)
    assert arrivals_for(workload, given=Arrivals(rates=rates), load=10).busiest == pytest.approx(10 * scaled.busiest)


def test_nothing_can_be_scaled_to_no_peak() -> None:
    with pytest.raises(Invalid, match="nothing arrives that could be scaled"):
        arrivals_for(simulated.workload(scalePeakTo=0.8), given=simulated.steady(0, seconds=10))


def test_a_workload_without_arrivals_needs_a_file() -> None:
    with pytest.raises(Invalid, match="give a CSV file of arrivals, or an arrivals block"):
        arrivals_for(simulated.workload())


@pytest.mark.parametrize("kind", ["steady", "steps", "hourly", "diurnal", "onoff", "outage"])
def test_every_rule_makes_the_same_arrivals_from_the_same_seed(kind: str) -> None:
    pattern = {"kind": kind, "base": 100, "peak": 900}
    first, again, other = [arrivals_for(simulated.workload(seed=seed, arrivals=pattern)).rates for seed in (3, 3, 4)]
    assert first.tolist() == again.tolist()
    assert len(first) == 86_400
    assert first.min() >= 0
    assert (first.tolist() != other.tolist()) == (kind in ("diurnal", "onoff"))


def test_steps_hourly_and_outage_are_where_they_were_asked_for() -> None:
    def rates(**pattern: object) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        return arrivals_for(simulated.workload(arrivals={"base": 10, "peak": 100, "seconds": 7200, **pattern})).rates

    steps = rates(kind="steps", at=[600], lengthSeconds=60)
    assert steps[599:601].tolist() == [10, 100]
    assert (steps == 100).sum() == 60
    assert (rates(kind="hourly") == 100).sum() == 2 * 180
    outage = rates(kind="outage", at=[1000], lengthSeconds=300)
    assert (outage == 0).sum() == 300
    assert outage[1300] == 10
