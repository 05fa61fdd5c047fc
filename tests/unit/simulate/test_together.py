"""Apps that live together: what they share is one thing, everything else is their own."""

from typing import Any

import pytest

from sluicegate.errors import Invalid
from sluicegate.simulate.arrivals import Arrivals
from sluicegate.simulate.compare import Run
from sluicegate.simulate.together import together
from tests.support.given import spec
from tests.support.simulated import steady, workload


def run(*, cost: float = 1, law: str = "static-max:replicas=6", arrivals: Arrivals | None = None, **more: Any) -> Run:
    dependency = {"name": "orders-db", "capacity": 8, "costPerReplica": cost, **more}
    return Run(
        law=law,
        app=spec(scaling={"maxReplicas": 12}),
        objective=60.0,
        workload=workload(partitions=12, initialReplicas=6, dependencies=[dependency]),
        arrivals=arrivals or steady(300, seconds=300),
    )


def test_two_that_want_six_each_of_eight_hold_eight() -> None:
    lived = together([run(), run()])
    assert lived.most_used == {"orders-db": 8}
    assert sum(one.refused_hours or 0 for one in lived.outcomes) == pytest.approx(4 * 300 / 3600)


def test_one_alone_lives_as_in_a_run_of_its_own() -> None:
    assert together([run()]).outcomes[0].figures() == run().outcome().figures()


def test_a_replica_of_each_costs_what_its_own_world_says() -> None:
    lived = together([run(cost=1), run(cost=2)])
    assert lived.most_used == {"orders-db": 8}
    assert lived.outcomes[1].refused_hours == pytest.approx(5 * 300 / 3600)


@pytest.mark.parametrize(
    ("others", "words"),
    [
        ({"capacity": 9}, "orders-db is not the same in all workloads"),
        ({"arrivals": steady(300, seconds=200)}, "give apps that live together equally long days"),
    ],
)
def test_what_does_not_fit_together_is_refused_in_words(others: dict[str, Any], words: str) -> None:
    with pytest.raises(Invalid, match=words):
        together([run(), run(**others)])


def test_a_throughput_that_several_share_is_refused_in_words() -> None:
    with pytest.raises(Invalid, match="give it a capacity in units instead"):
        together([run(messagesPerSecond=500), run(messagesPerSecond=500)])
