"""What the consumer refuses to start without is named at once."""

from __future__ import annotations

import pytest

from examples.consumer.consumer import Settings


def test_missing_settings_are_named_all_at_once() -> None:
    with pytest.raises(SystemExit, match="set BOOTSTRAP, TOPICS in the container's environment"):
        Settings.read({"GROUP": "orders-v1"})


def test_the_capacity_of_a_replica_follows_from_the_work_for_a_message() -> None:
    settings = Settings.read({"BOOTSTRAP": "b:9092", "GROUP": "g", "TOPICS": "a, b", "WORK_MS": "20"})
    assert settings.topics == ("a", "b")
    assert 1 / settings.work_s == pytest.approx(50)


def test_offsets_are_never_committed_by_a_timer() -> None:
    consumer = Settings.read({"BOOTSTRAP": "b:9092", "GROUP": "g", "TOPICS": "a"}).consumer()
    assert consumer["enable.auto.commit"] is False
    assert consumer["enable.auto.offset.store"] is False
