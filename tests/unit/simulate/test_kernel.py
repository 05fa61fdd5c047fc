"""The innermost loop: first in, first out, nothing lost, the same compiled and interpreted."""

from __future__ import annotations

import importlib.util
import sys
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluicegate.simulate import kernel
from tests.support import simulated


def run(queues: kernel.Queues, crew: kernel.Crew, *, until: int, objective: float = 60.0, **fields: Any) -> None:
    given: dict[str, Any] = {"ceiling": float("inf"), "commit": 1, "reachable": True, **fields}
    factor = np.ones(len(queues.arrivals))
    kernel.advance(0, until, queues, crew, factor, given["ceiling"], given["commit"], given["reachable"], objective)


def test_delays_are_those_of_a_queue_worked_off_by_hand() -> None:
    """Six messages come in second 0 and three in second 1; two a second are handled."""
    queues = simulated.queues([[6], [3], [0], [0], [0], [0]])
    run(queues, simulated.crew([[0]], rate=2.0, partitions=1), until=6, objective=2.0)
    # Second 0: two at once. 1 and 2: two each of second 0. 3 and 4: three of second 1, waiting 2, 2 and 3 seconds.
    assert queues.delays.tolist() == [2, 2, 4, 1, 0, 0, 0]
    assert queues.late.tolist() == [1]
    assert queues.handled.tolist() == [9]


def test_a_member_gives_what_one_partition_does_not_need_to_the_others() -> None:
    queues = simulated.queues([[1, 10, 10]])
    run(queues, simulated.crew([[0, 1, 2]], rate=9.0, partitions=3), until=1)
    assert queues.handled.tolist() == [1, 4, 4]


def test_partitions_that_rest_or_are_stuck_are_left_alone() -> None:
    queues = simulated.queues([[5, 5, 5]] * 4)
    crew = simulated.crew([[0, 1, 2]], rate=100.0, partitions=3)
    crew.resumes[0] = 2
    crew.stuck[1] = True
    run(queues, crew, until=2)
    assert queues.handled.tolist() == [0, 0, 10]
    kernel.advance(2, 4, queues, crew, np.ones(4), np.inf, 1, True, 60.0)
    assert queues.handled.tolist() == [20, 0, 20]


def test_what_is_handled_shows_only_once_it_is_committed() -> None:
    queues = simulated.queues([[1]] * 10)
    run(queues, simulated.crew([[0]], rate=5.0, partitions=1, phase=2), until=3, commit=5)
    assert queues.committed.tolist() == [0]
    kernel.advance(
        3, 4, queues, simulated.crew([[0]], rate=5.0, partitions=1, phase=2), np.ones(10), np.inf, 5, True, 60.0
    )
    assert queues.committed.tolist() == [4], "second 3 and phase 2 are a multiple of 5"


def test_nothing_is_handled_while_the_broker_is_down_but_messages_grow_old() -> None:
    queues = simulated.queues([[3]] * 5)
    run(queues, simulated.crew([[0]], rate=5.0, partitions=1), until=5, reachable=False)
    assert queues.waiting.tolist() == [15]
    assert kernel.oldest(queues, 4) == 4


def test_a_ceiling_holds_for_all_members_together() -> None:
    queues = simulated.queues([[100, 100]])
    run(queues, simulated.crew([[0], [1]], rate=[30.0, 10.0], partitions=2), until=1, ceiling=20.0)
    assert queues.handled.tolist() == [15, 5]


def test_a_ceiling_is_the_same_whatever_the_members_could_do() -> None:
    queues = simulated.queues([[100, 100]])
    crew = simulated.crew([[0], [1]], rate=30.0, partitions=2)
    kernel.advance(0, 1, queues, crew, np.array([0.5]), 20.0, 1, True, 60.0)
    assert queues.handled.tolist() == [10, 10]


def test_the_oldest_message_is_the_one_at_the_front() -> None:
    queues = simulated.queues([[4], [0], [4], [0]])
    crew = simulated.crew([[0]], rate=2.0, partitions=1)
    run(queues, crew, until=1)
    assert kernel.oldest(queues, 0) == 0
    kernel.advance(1, 3, queues, crew, np.ones(4), np.inf, 1, True, 60.0)
    assert kernel.oldest(queues, 2) == 0, "the four of second 0 are gone, two of second 2 wait"
    kernel.advance(3, 4, queues, crew, np.ones(4), np.inf, 1, True, 60.0)
    assert kernel.oldest(queues, 3) == 0


def interpreted(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The same file, read where numba is not installed."""
    monkeypatch.setitem(sys.modules, "numba", None)
    spec = importlib.util.spec_from_file_location("interpreted_kernel", kernel.__file__)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_without_numba_the_same_code_gives_the_same_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = interpreted(monkeypatch)
    assert plain.COMPILED is False
    rng = np.random.default_rng(7)
    arrivals = rng.poisson(20, (120, 6)).tolist()
    found: list[tuple[kernel.Queues, int]] = []
    for module in (kernel, plain):
        queues = simulated.queues(arrivals)
        crew = simulated.crew([[0, 3], [1, 4, 5], [2]], rate=[45.0, 38.0, 20.0], partitions=6)
        crew.resumes[4] = 30.0
        factor = np.linspace(1.0, 0.5, 120)
        module.advance(0, 120, module.Queues(*queues), module.Crew(*crew), factor, 95.0, 7, True, 3.0)
        found.append((queues, module.oldest(module.Queues(*queues), 119)))
    (one, age), (other, same_age) = found
    assert age == same_age > 0
    assert one.late.sum() > 0
    for left, right in zip(one, other, strict=True):
        np.testing.assert_allclose(np.asarray(left), np.asarray(right), rtol=0, atol=1e-9)


@given(
    came=st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=40),
    rates=st.tuples(st.integers(1, 40), st.integers(1, 40)),
)
def test_every_delay_is_that_of_a_plain_queue_and_no_message_is_lost(
    came: list[tuple[int, int]], rates: tuple[int, int]
) -> None:
    queues = simulated.queues([list(second) for second in came])
    crew = simulated.crew([[0], [1]], rate=[float(rate) for rate in rates], partitions=2)
    run(queues, crew, until=len(came), objective=3.0)
    expected = np.zeros(len(came) + 1)
    late, waiting = [0, 0], [0, 0]
    for partition, rate in enumerate(rates):
        queue: list[int] = []
        for second, arrivals in enumerate(came):
            queue += [second] * arrivals[partition]
            for arrived in queue[:rate]:
                expected[second - arrived] += 1
                late[partition] += second - arrived > 3
            queue = queue[rate:]
        waiting[partition] = len(queue)
    assert queues.delays == pytest.approx(expected)
    assert queues.late == pytest.approx(late)
    assert queues.waiting == pytest.approx(waiting)
    assert (queues.handled + queues.waiting) == pytest.approx(queues.ended)
