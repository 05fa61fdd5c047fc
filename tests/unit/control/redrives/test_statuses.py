"""When the status of a redrive is written, and that a refusal is not met with haste."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sluicegate.act.ports import EventNote
from sluicegate.act.redrive_status import Told
from sluicegate.control.records import RedriveRecord
from sluicegate.control.redrives.statuses import EVERY, RedriveStatuses
from sluicegate.control.redrives.told import taken_up
from sluicegate.control.store import Store
from sluicegate.errors import Denied
from sluicegate.model.redrive import Phase
from sluicegate.model.resource import Key
from tests.unit.control.bodies import redrive


class Clock:
    """Stands still until it is set."""

    def __init__(self) -> None:
        self.at = 1000.0

    def now(self) -> float:
        return self.at


class Server:
    """Takes statuses and Events, or refuses statuses as one with other rights would."""

    def __init__(self) -> None:
        self.refuses = False
        self.asked = 0
        self.events: list[EventNote] = []
        self.status: Mapping[str, Any] = {}

    async def patch_status(
        self, *, plural: str, key: Key, resource_version: str, patch: Mapping[str, Any]
    ) -> tuple[str, Mapping[str, Any]]:
        self.asked += 1
        if self.refuses:
            raise Denied("forbidden")
        self.status = {**self.status, **patch}
        return str(int(resource_version) + 1), self.status

    async def create_event(self, note: EventNote, *, plural: str, record_key: Key, uid: str) -> None:
        self.events.append(note)


class Given:
    def __init__(self) -> None:
        self.store = Store()
        self.store.redrives.put(redrive(name="again"))
        self.clock, self.server = Clock(), Server()
        self.statuses = RedriveStatuses(
            store=self.store, statuses=self.server, events=self.server, clock=self.clock  # type: ignore[arg-type]
        )  # fmt: skip
        self.before = taken_up(self.record)

    @property
    def record(self) -> RedriveRecord:
        record = self.store.redrives.get(Key("shop", "again"))
        assert record is not None
        return record

    async def publish(self, told: Told) -> bool:
        return await self.statuses.publish(self.record, told, before=self.before)


RUNNING = Told(phase=Phase.RUNNING, topic="orders.dlq", destination="orders.retry", started=1000.0)


async def test_a_phase_is_told_at_once_and_figures_every_two_seconds() -> None:
    given = Given()
    assert await given.publish(RUNNING)
    assert not await given.publish(replace(RUNNING, redriven=10))
    given.clock.at += EVERY
    assert await given.publish(replace(RUNNING, redriven=20))
    assert await given.publish(replace(RUNNING, phase=Phase.SUCCEEDED, redriven=30))
    assert given.server.status["redriven"] == 30
    assert [note.reason for note in given.server.events] == ["RedriveRunning", "RedriveSucceeded"]


async def test_what_is_refused_is_tried_again_in_two_seconds_not_at_every_look() -> None:
    given = Given()
    given.server.refuses = True
    for _ in range(10):
        assert not await given.publish(RUNNING)
        given.clock.at += 0.5
    assert given.server.asked == 3
    given.server.refuses = False
    given.clock.at += EVERY
    assert await given.publish(RUNNING)
    assert [note.reason for note in given.server.events] == ["RedriveRunning"]


async def test_the_same_is_not_written_twice() -> None:
    given = Given()
    await given.publish(RUNNING)
    given.clock.at += 60.0
    assert await given.publish(RUNNING)
    assert given.server.asked == 1
