"""The broker dies by kill -9 in the middle of a redrive: it waits, says so, and loses nothing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest

from sluicegate.model.redrive import Phase
from sluicegate.redrive.progress import Progress
from sluicegate.redrive.run import RedriveProcess
from tests.e2e.kafka.conftest import local_bed
from tests.support.dead_letters import Letters, by_key, firsts
from tests.support.install import dev

pytestmark = [pytest.mark.disruptive, local_bed]
RECORDS = 4_000


@pytest.fixture
def broker_comes_back() -> Iterator[None]:
    yield
    dev("broker", "start")


@pytest.mark.usefixtures("broker_comes_back")
async def test_a_redrive_waits_for_a_broker_that_is_dead_and_goes_on_in_order(letters: Letters) -> None:
    letters.topics()
    letters.die(RECORDS)
    process = await RedriveProcess.start(letters.order(rate={"recordsPerSecond": 1000}))
    reports: list[Progress] = []
    back = 0.0
    async for told in process.progress():
        reports.append(told)
        if told.redriven > 1000 and not back:
            await asyncio.to_thread(dev, "broker", "kill")
            await asyncio.sleep(5)
            await asyncio.to_thread(dev, "broker", "start")
            back = time.monotonic()
    await process.close()
    print(f"over {time.monotonic() - back:.1f} s after the broker was back")
    assert (reports[-1].phase, reports[-1].redriven) == (Phase.SUCCEEDED, RECORDS), reports[-1].message
    assert any(letters.broker.bootstrap in told.message for told in reports), "it did not say that the broker is away"
    assert letters.broker.bootstrap not in reports[-1].message
    found = letters.read(letters.source)
    assert {int(one.value or b"-1") for one in found} == set(range(RECORDS))
    for key, numbers in by_key(found).items():
        assert firsts(numbers) == list(range(int(key or b"0"), RECORDS, 30))
    assert letters.broker.lag(letters.settled, letters.dead) == 0
