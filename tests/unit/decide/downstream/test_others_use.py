"""What others use, out of a figure that counts everybody: pods that start or end may hold their units or not."""

from collections.abc import Sequence

import pytest

from sluicegate.decide.downstream.budget import BudgetMemory, Figures, budget
from sluicegate.model.dependency import DependencySpec
from sluicegate.model.known import Known

SPEC = DependencySpec.model_validate(
    {
        "capacity": {"value": 200},
        "usage": {"counts": "Total", "prometheus": {"url": "http://prometheus:9090", "query": "used"}},
    }
)


def external(readings: Sequence[tuple[int, int, int]], *, others: int = 40) -> list[int]:
    """Units that others are thought to use after each (total, ours at most, ours at least), in units, 30 s apart."""
    memory, found = BudgetMemory(), []
    for index, (total, ours, least) in enumerate([(others + 30, 30, 30), *readings]):
        told, memory = budget(
            spec=SPEC,
            figures=Figures(capacity=Known(200.0), usage=Known(float(total))),
            ours=ours * 1000,
            least=least * 1000,
            memory=memory,
            now=30.0 * index,
            fresh=True,
        )
        found.append(told.external // 1000)
    return found[1:]


def test_pods_that_take_long_to_start_do_not_make_others_look_smaller() -> None:
    assert external([(70, 120, 30)] * 10 + [(160, 120, 120)] * 3) == [40] * 13


def test_pods_that_hold_their_units_before_they_are_ready_do_not_make_others_look_larger() -> None:
    assert external([(160, 120, 30)] * 10) == [40] * 10


def test_pods_that_end_slowly_move_nothing() -> None:
    assert external([(70, 30, 10)] * 4 + [(50, 30, 10)] * 4) == [40] * 8


@pytest.mark.parametrize(("total", "settled"), [(30 + 60, 60), (30 + 10, 10)])
def test_what_others_really_use_is_followed_while_pods_start(total: int, settled: int) -> None:
    """As far as the figure proves it: 0 to 20 of these units may be those of the pods that start."""
    low, high = total - 50, total - 30
    found = external([(total, 50, 30)] * 12)[-1]
    assert found == min(max(40, low), high)
    assert external([(total, 30, 30)] * 12)[-1] == settled


def test_the_first_figure_takes_all_live_pods_for_ours() -> None:
    memory = BudgetMemory()
    told, _ = budget(
        spec=SPEC,
        figures=Figures(capacity=Known(200.0), usage=Known(70.0)),
        ours=50_000,
        least=10_000,
        memory=memory,
        now=0.0,
        fresh=True,
    )
    assert told.external == 20_000
