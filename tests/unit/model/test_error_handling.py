"""What `spec.errorHandling` comes to: delays in seconds, presets that nothing keeps from standing in."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluicegate.model.app import AppSpec
from sluicegate.model.error_handling import Backoff, ErrorHandling, Ordering, Retry
from sluicegate.model.parse import parse_app
from tests.support.specs import APP_SPEC, changed, resource


def app(handling: dict[str, Any]) -> AppSpec:
    return parse_app(resource("KafkaConsumerApp", changed(APP_SPEC, {"errorHandling": handling})))


def handled(handling: dict[str, Any]) -> ErrorHandling:
    found = app(handling).error_handling
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("retry", "seconds"),
    [
        ({"delays": ["10s", "1m", "10m"]}, (10, 60, 600)),
        ({"delays": ["10m", "10s", "600s"]}, (600, 10, 600)),
        ({"backoff": {"initial": "1s", "attempts": 5}}, (1, 2, 4, 8, 16)),
        ({"backoff": {"initial": "1s", "multiplier": 3, "max": "16s", "attempts": 5}}, (1, 3, 9, 16, 16)),
        ({"backoff": {"initial": "10s", "multiplier": 1, "attempts": 3}}, (10, 10, 10)),
        ({"backoff": {"initial": "1s", "multiplier": 1.1, "attempts": 3}}, (1, 1.1, 1.21)),
        ({"backoff": {"initial": "100h", "multiplier": 100, "attempts": 3}}, (360_000, 604_800, 604_800)),
    ],
    ids=str,
)
def test_delays_and_backoff_are_seconds_in_their_order(retry: dict[str, Any], seconds: tuple[float, ...]) -> None:
    found = handled({"retry": retry}).retry
    assert found is not None
    assert found.seconds == seconds


@given(
    initial=st.integers(1, 604_800),
    multiplier=st.floats(1, 100),
    most=st.none() | st.integers(1, 604_800),
    attempts=st.integers(1, 16),
)
def test_a_backoff_never_shrinks_and_never_goes_beyond_its_end(
    initial: int, multiplier: float, most: int | None, attempts: int
) -> None:
    most = None if most is None else max(most, initial)
    part = Backoff(initial=initial, multiplier=multiplier, max=most, attempts=attempts)
    found = Retry(backoff=part).seconds
    assert len(found) == attempts
    assert found[0] == initial
    assert list(found) == sorted(found)
    assert found[-1] <= (604_800 if most is None else most)


def test_strict_order_has_dead_letters_and_no_retry_topics() -> None:
    found = handled({"ordering": "Strict"})
    assert found.ordering is Ordering.STRICT
    assert found.retry is None


def test_templates_that_are_not_given_are_left_to_the_preset() -> None:
    found = handled({"preset": "Spring", "retry": {"delays": ["1s"]}})
    assert found.retry is not None
    assert found.retry.name_template is None
    assert found.dead_letter.name_template is None


def test_as_many_topics_as_status_can_tell_of_are_taken() -> None:
    changes = {
        "topics": [f"t{n}" for n in range(64)],
        "errorHandling": {"retry": {"backoff": {"initial": "1s", "attempts": 1}}},
    }
    spec = parse_app(resource("KafkaConsumerApp", changed(APP_SPEC, changes)))
    assert spec.topics is not None
    assert len(spec.topics) == 64
