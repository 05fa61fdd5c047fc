"""A bounded number of requests under way; those that hang hold up neither the others nor the end."""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from sluicegate.observe.kafka.window import UNDER_WAY, in_window


def nothing() -> None:
    """There is nothing to listen to."""


def test_every_group_is_answered_once_and_no_more_than_the_bound_are_under_way() -> None:
    groups = [f"g-{number}" for number in range(3 * UNDER_WAY)]
    lock = threading.Lock()
    now, most = 0, 0

    def work(group: str) -> str:
        nonlocal now
        time.sleep(0.001)
        with lock:
            now -= 1
        return group.upper()

    with ThreadPoolExecutor(8) as workers:

        def ask(group: str) -> Future[Any]:
            nonlocal now, most
            with lock:
                now += 1
                most = max(most, now)
            return workers.submit(work, group)

        found = {one.group: one.future.result() for one in in_window(groups, ask=ask, longest=5.0, idle=nothing)}

    assert found == {group: group.upper() for group in groups}
    assert most <= UNDER_WAY


def test_requests_that_hang_do_not_keep_later_ones_from_being_asked() -> None:
    hanging = [f"slow-{number}" for number in range(2 * UNDER_WAY)]

    def ask(group: str) -> Future[Any]:
        future: Future[Any] = Future()
        if group == "quick":
            future.set_result("done")
        return future

    found = list(in_window([*hanging, "quick"], ask=ask, longest=0.5, idle=nothing, slice_=0.05))

    assert (found[0].group, found[0].future.done()) == ("quick", True)
    assert len(found) == len(hanging) + 1
    assert not any(one.future.done() for one in found[1:])


def test_a_group_named_twice_is_asked_once() -> None:
    asked = []

    def ask(group: str) -> Future[Any]:
        asked.append(group)
        future: Future[Any] = Future()
        future.set_result(None)
        return future

    assert [one.group for one in in_window(["a", "b", "a"], ask=ask, longest=1.0, idle=nothing)] == ["a", "b"]
    assert asked == ["a", "b"]
