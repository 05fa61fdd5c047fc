"""The status of a redrive keeps to its schema, however many topics an app has."""

from __future__ import annotations

import json

from sluicegate.act.redrive_status import Told, render, shortened
from sluicegate.model.redrive import Phase, RedriveStatus


def test_names_that_are_too_many_are_counted() -> None:
    assert shortened("a, b") == "a, b"
    names = ", ".join(f"{'t' * 80}-{number}" for number in range(64))
    said = shortened(names)
    assert len(said) <= 316
    assert said.endswith(" more")
    shown = said.count("t-")
    assert said.endswith(f"and {64 - shown} more")
    assert len(shortened("x" * 400)) == 316


def test_a_status_with_long_names_fits_the_schema() -> None:
    names = ", ".join(f"{'t' * 240}-{number}" for number in range(64))
    told = Told(phase=Phase.RUNNING, topic=names, destination=names, message="m" * 5000, started=0.0)
    status = render(told, generation=1, previous={}, now=1.0)
    RedriveStatus.model_validate_json(json.dumps(status))


def test_what_is_unknown_is_absent() -> None:
    status = render(Told(phase=Phase.PENDING), generation=1, previous={}, now=1.0)
    assert not {"topic", "destination", "startedAt", "finishedAt", "report"} & set(status)
