"""How many are enough never falls when a single partition asks for more."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from sluicegate.decide.assignment import Assignment, shape
from sluicegate.decide.need import needs, smallest

FIGURES = st.floats(0, 1e5, allow_nan=False)
TOPICS = st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=40).map(sorted)


@settings(max_examples=300)
@given(
    topics=TOPICS,
    data=st.data(),
    assignor=st.sampled_from(["range", "cooperative-sticky", "roundrobin"]),
    member=st.floats(0.1, 1e4),
    objective=st.floats(2, 3600),
)
def test_the_smallest_enough_number_is_monotone_in_each_rate_and_each_backlog(
    topics: list[str], data: st.DataObject, assignor: str, member: float, objective: float
) -> None:
    count = len(topics)
    arriving = data.draw(st.lists(FIGURES, min_size=count, max_size=count))
    backlog = data.draw(st.lists(FIGURES, min_size=count, max_size=count))
    index = data.draw(st.integers(0, count - 1))
    more = data.draw(st.floats(0, 1e6))
    capacity = 3 * member
    present = data.draw(st.integers(1, 12))
    owners = data.draw(st.lists(st.integers(-1, present - 1), min_size=count, max_size=count))
    now = Assignment(shape=shape(topics, assignor=assignor), owners=tuple(owners), members=present)

    def enough(rates: list[float], waiting: list[float]) -> int:
        total = sum(rates)
        missing = max(0.0, total - capacity) * 70 / total if total > 0 else 0.0
        asked = needs(arriving=rates, backlog=waiting, missing=missing, pause=8.0, objective=objective, member=member)
        found = smallest(asked, counts=now.shape.useful(), assignment=now)
        assert found is not None
        return found

    before = enough(arriving, backlog)
    assert before in now.shape.useful()
    for values in (arriving, backlog):
        kept = values[index]
        values[index] += more
        assert enough(arriving, backlog) >= before
        values[index] = kept


@settings(max_examples=200)
@given(topics=TOPICS, assignor=st.sampled_from(["range", "uniform"]), data=st.data())
def test_every_partition_has_exactly_one_member(topics: list[str], assignor: str, data: st.DataObject) -> None:
    present = data.draw(st.integers(1, 12))
    owners = data.draw(st.lists(st.integers(-1, present - 1), min_size=len(topics), max_size=len(topics)))
    found = Assignment(shape=shape(topics, assignor=assignor), owners=tuple(owners), members=present)
    members = data.draw(st.integers(1, 50))
    plan = found.plan(members)
    assert len(plan) == len(topics)
    assert all(0 <= member < members for member in plan)
    if assignor == "uniform":
        counts = [list(plan).count(member) for member in range(members)]
        assert max(counts) - min(counts) <= 1
