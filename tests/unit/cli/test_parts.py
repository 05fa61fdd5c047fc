"""A part that dies takes the process with it; a signal ends all of them in order and in time."""

import asyncio
import logging
import time

import pytest

from sluicegate.cli.parts import DONE, FAILED, FAREWELL, keep_going


class Part:
    """Lives until cancelled, or until told to end otherwise; knows how it ended."""

    def __init__(self, *, dies_of: Exception | None = None, ends: bool = False, stubborn: bool = False) -> None:
        self.dies_of, self.ends, self.stubborn = dies_of, ends, stubborn
        self.cancelled = False

    async def run(self) -> None:
        if self.dies_of:
            raise self.dies_of
        while not self.ends:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                self.cancelled = True
                if not self.stubborn:
                    raise


async def test_told_to_stop_all_parts_end_and_the_code_is_0() -> None:
    stop, one, two = asyncio.Event(), Part(), Part()
    asyncio.get_running_loop().call_later(0.05, stop.set)
    assert await keep_going({"one": one.run(), "two": two.run()}, stop=stop) == DONE
    assert one.cancelled
    assert two.cancelled


async def test_a_part_that_dies_ends_the_others_and_is_named_with_its_error(caplog: pytest.LogCaptureFixture) -> None:
    living = Part()
    with caplog.at_level(logging.ERROR):
        code = await keep_going(
            {"control": living.run(), "watch": Part(dies_of=RuntimeError("410")).run()}, stop=asyncio.Event()
        )
    assert code == FAILED
    assert living.cancelled
    (record,) = caplog.records
    assert vars(record)["part"] == "watch"
    assert record.exc_info is not None
    assert str(record.exc_info[1]) == "410"


async def test_a_part_that_ends_without_an_error_ends_the_process_as_well(caplog: pytest.LogCaptureFixture) -> None:
    assert await keep_going({"watch": Part(ends=True).run(), "control": Part().run()}, stop=asyncio.Event()) == FAILED
    assert vars(caplog.records[-1])["part"] == "watch"


async def test_a_part_that_will_not_end_is_left_behind_in_time() -> None:
    stop, stubborn = asyncio.Event(), Part(stubborn=True)
    asyncio.get_running_loop().call_later(0.05, stop.set)
    began = time.monotonic()
    assert await keep_going({"one": stubborn.run()}, stop=stop) == DONE
    assert time.monotonic() - began < FAREWELL + 0.5
    stubborn.ends = True
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()
