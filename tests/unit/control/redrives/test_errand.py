"""What an operator takes up again, and that no process is left behind."""

from __future__ import annotations

import asyncio

import pytest

from sluicegate.act.redrive_status import Told
from sluicegate.control.redrives.errand import to_the_end
from sluicegate.control.redrives.told import advanced, taken_up
from sluicegate.control.store import Store
from sluicegate.model.redrive import Phase
from sluicegate.model.resource import Key
from sluicegate.redrive.progress import Progress, recalled
from tests.unit.control.bodies import redrive


async def test_a_closing_process_is_awaited_to_its_end_however_often_one_is_cancelled() -> None:
    ended = asyncio.Event()
    may_end = asyncio.Event()

    async def closing() -> None:
        await may_end.wait()
        ended.set()

    task = asyncio.create_task(to_the_end(closing()))
    for _ in range(3):
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.sleep(0.01)
        assert not task.done()
    may_end.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended.is_set()


async def test_without_a_cancel_it_just_ends_and_its_error_is_told() -> None:
    async def well() -> None:
        return None

    async def badly() -> None:
        raise OSError("gone")

    await to_the_end(well())
    with pytest.raises(OSError, match="gone"):
        await to_the_end(badly())


def test_progress_names_its_topic_and_comes_back_with_what_earlier_topics_came_to() -> None:
    told = Told(phase=Phase.RUNNING)
    report = Progress(phase=Phase.RUNNING, total=10, redriven=4, ends={0: 7}, counted={"report": {}})
    told = advanced(told, report, base={"redriven": 100, "total": 200}, topic="orders.g.dlq")
    assert (told.redriven, told.total) == (104, 210)
    assert told.progress["topic"] == "orders.g.dlq"
    assert recalled(told.progress) == ({0: 7}, {"report": {}})


def test_a_status_is_taken_up_as_it_was_written() -> None:
    store = Store()
    body = redrive(name="again")
    body["status"] = {
        "phase": "Running",
        "redriven": 3,
        "startedAt": "2026-01-01T00:00:00Z",
        "progress": {"topic": "x"},
    }
    store.redrives.put(body)
    record = store.redrives.get(Key("shop", "again"))
    assert record is not None
    told = taken_up(record)
    assert (told.phase, told.redriven, told.progress) == (Phase.RUNNING, 3, {"topic": "x"})
    assert told.started == 1767225600.0
