"""Specs that pass the schema and still cannot be used, because of what only the operator knows."""

from __future__ import annotations

import pytest

from sluicegate.control.records import AppRecord
from sluicegate.control.refused import checked, refused
from sluicegate.control.shelf import Shelf
from sluicegate.model.app import AppSpec
from sluicegate.model.parse import parse_app
from tests.unit.control import bodies


def record(**scaling: object) -> AppRecord:
    shelf: Shelf[AppSpec] = Shelf(parse=parse_app)
    shelf.put(bodies.app(**scaling))
    (found,) = shelf.all()
    return found


@pytest.mark.parametrize(("objective", "poll"), [("3s", 2.0), ("19s", 10.0)])
def test_an_objective_shorter_than_two_polls_is_refused_with_field_value_and_remedy(
    objective: str, poll: float
) -> None:
    found = checked(record(lagObjective=objective), poll=poll)
    assert found.refusal is not None
    assert found.refusal.field == "spec.scaling.lagObjective"
    for part in (f"lagObjective is {objective}", f"write {2 * poll:.0f}s or more"):
        assert part in str(found.refusal)
    decision = refused(found, before=None, workload=None, now=1.0)
    assert not decision.write
    assert {one.reason for one in decision.conditions if one.type in ("Ready", "Stalled")} == {"InvalidSpec"}


@pytest.mark.parametrize("scaling", [{"lagObjective": "4s"}, {"lagPerReplica": 10}, {}])
def test_what_two_polls_can_meet_is_left_as_it_is(scaling: dict[str, object]) -> None:
    given = record(**scaling)
    assert checked(given, poll=2.0) is given
