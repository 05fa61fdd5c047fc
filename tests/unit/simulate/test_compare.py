"""Several laws on one day: the same in one process and in several, and told how far they are."""

from itertools import pairwise

import pytest

from sluicegate.errors import Invalid
from sluicegate.simulate.arrivals import arrivals_for
from sluicegate.simulate.compare import SHORT, Run, compare
from sluicegate.simulate.workload import WorkloadSpec
from tests.support.given import spec


def runs(*laws: str, seconds: int = 900, **world: int) -> list[Run]:
    workload = WorkloadSpec.model_validate(
        {
            "partitions": 4,
            **world,
            "arrivals": {"kind": "steps", "base": 50, "peak": 300, "at": (300,), "seconds": seconds},
        }
    )
    app = spec(scaling={"maxReplicas": 4})
    arrivals = arrivals_for(workload)
    return [Run(law=law, app=app, objective=60.0, workload=workload, arrivals=arrivals) for law in laws]


def test_other_processes_find_the_same_as_this_one_and_tell_how_far_they_are() -> None:
    day = runs("keda", "static-max", seconds=SHORT)
    told: dict[int, list[float]] = {0: [], 1: []}
    apart = compare(day, told=lambda index, part: told[index].append(part), processes=2)
    here = compare(day, told=lambda index, part: None, processes=1)
    assert [one.figures() for one in apart] == [one.figures() for one in here]
    for parts in told.values():
        assert parts[-1] == 1.0
        assert all(earlier <= later for earlier, later in pairwise(parts))


def test_a_name_that_is_no_law_is_refused_before_anything_runs() -> None:
    told: list[int] = []
    with pytest.raises(Invalid, match="write keda"):
        compare(runs("static-max", "kedaa"), told=lambda index, part: told.append(index))
    assert told == []


def test_a_law_never_goes_beyond_the_app_s_maximum() -> None:
    one = compare(runs("static-max"), told=lambda index, part: None)[0]
    assert (one.peak_replicas, one.max_over_cap) == (4, 0)


def test_what_ran_beyond_the_app_s_maximum_at_the_start_is_told() -> None:
    one = compare(runs("static-max", partitions=12, initialReplicas=9), told=lambda index, part: None)[0]
    assert (one.final_replicas, one.max_over_cap) == (4, 5)
