"""How many are enough never falls when a single partition asks for more."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from sluicegate.decide.assignment import shape
from sluicegate.decide.need import needs, smallest

FIGURES = st.floats(0, 1e5, allow_nan=False)
TOPICS = st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=40).map(sorted)


@settings(max_examples=300)
@given(
    topics=TOPICS,
    data=st.data(),
    assignor=st.sampled_from(["range", "cooperative-sticky"]),
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

    def enough(rates: list[float], waiting: list[float]) -> int:
        total = sum(rates)
        missing = max(0.0, total - capacity) * 70 / total if total > 0 else 0.0
        asked = needs(arriving=rates, backlog=waiting, missing=missing, pause=8.0, objective=objective, member=member)
        return smallest(asked, shape=shape(topics, assignor=assignor))

    before = enough(arriving, backlog)
    assert before in shape(topics, assignor=assignor).useful()
    for values in (arriving, backlog):
        kept = values[index]
        values[index] += more
        assert enough(arriving, backlog) >= before
        values[index] = kept


@settings(max_examples=200)
@given(topics=TOPICS, assignor=st.sampled_from(["range", "uniform"]), data=st.data())
def test_every_partition_has_exactly_one_member(topics: list[str], assignor: str, data: st.DataObject) -> None:
    found = shape(topics, assignor=assignor)
    members = data.draw(st.integers(1, 50))
    for index in range(len(topics)):
        alone = [1.0 if i == index else 0.0 for i in range(len(topics))]
        assert found.fullest(alone, members=members) == 1.0
    assert found.fullest([1.0] * len(topics), members=members) * members >= len(topics)
