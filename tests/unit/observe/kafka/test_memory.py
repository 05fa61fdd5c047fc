"""Whom a sweep describes: members are news where somebody waits for them."""

from __future__ import annotations

import pytest

from sluicegate.model.kafka import Group
from sluicegate.observe.kafka.client import Offset
from sluicegate.observe.kafka.ends import Line
from sluicegate.observe.kafka.memory import Known, Want, due_before, is_lagging

AT = ("orders", 0)
WANT = Want(named=frozenset({"orders"}), all_topics=False, describe=False, urgent=False)


def line(*, start: int = 0, end: int | None) -> Line:
    return Line(start=start, end=end, stable=end)


@pytest.mark.parametrize(
    ("offset", "found", "lags"),
    [
        (Offset(value=5), line(end=9), True),
        (Offset(value=9), line(end=9), False),
        (None, line(end=9), True),
        (Offset(value=None), line(end=9), True),
        (None, line(start=9, end=9), False),
        (None, line(end=None), False),
    ],
)
def test_records_that_nobody_committed_are_lag_also_where_nobody_ever_committed(
    offset: Offset | None, found: Line, lags: bool
) -> None:
    assert is_lagging({} if offset is None else {AT: offset}, {AT: found}) is lags


def test_a_group_without_members_but_with_lag_is_described_at_every_sweep() -> None:
    group = Group(state="Dead", type="", assignor="", generation=None, members=(), described_at=0.0)
    waiting = Known(group=group, described_at=100.0, lagging=True)
    assert due_before(waiting, WANT, name="g", now=102.0)
    waiting.lagging = False
    assert not due_before(waiting, WANT, name="g", now=102.0)
