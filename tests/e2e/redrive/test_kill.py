"""S14: no record is lost by a redrive, whenever its process is killed."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from dataclasses import replace

import pytest

from sluicegate.model.redrive import Phase
from sluicegate.redrive.order import RedriveOrder
from sluicegate.redrive.progress import Progress, memory_of, recalled
from sluicegate.redrive.run import Died, RedriveProcess
from tests.support.dead_letters import Letters, by_key, firsts, last

RECORDS, KEYS, PARTITIONS, KILLS = 50_000, 240, 12, 10
RATE = 5_000.0
INTERVAL = 1.0
"""Seconds between commits, as the design has it."""
SEED = 20_261_123


async def test_fifty_thousand_records_survive_ten_kills_in_order_and_the_repeats_are_counted(letters: Letters) -> None:
    letters.topics(partitions=PARTITIONS)
    letters.die(RECORDS, keys=KEYS, partitions=PARTITIONS)
    order = letters.order(rate={"recordsPerSecond": RATE})
    chance = random.Random(SEED)
    began = time.monotonic()
    for _ in range(KILLS):
        order = await _killed_after(order, chance.uniform(0.05, 1.3))
    told = await last(order)

    assert told.phase is Phase.SUCCEEDED, told.message
    found = letters.read(letters.source)
    numbers = [int(record.value or b"-1") for record in found]
    missing = set(range(RECORDS)) - set(numbers)
    repeats = len(numbers) - len(set(numbers))
    print(
        f"{RECORDS} records, {KILLS} kills in {time.monotonic() - began:.1f} s: {len(missing)} lost, "
        f"{repeats} repeated, {told.repeated} told, bound {KILLS * INTERVAL * RATE:.0f}"
    )
    assert not missing
    assert repeats <= told.repeated <= KILLS * INTERVAL * RATE
    assert (told.scanned, told.matched, told.redriven) == (RECORDS, RECORDS, RECORDS)
    for key, order_there in by_key(found).items():
        assert firsts(order_there) == list(range(int(key or b"0"), RECORDS, KEYS))
    assert letters.broker.lag(letters.settled, letters.dead) == 0


async def _killed_after(order: RedriveOrder, seconds: float) -> RedriveOrder:
    """Run it, kill -9 so long after it began to write; the order for the next process, with what was heard until
    then."""
    process = await RedriveProcess.start(order)
    heard: list[Progress] = []
    writing = asyncio.Event()

    async def listen() -> None:
        async for told in process.progress():
            heard.append(told)
            writing.set()

    listening = asyncio.create_task(listen())
    await writing.wait()
    await asyncio.sleep(seconds)
    os.kill(process.pid, signal.SIGKILL)
    with pytest.raises(Died, match="SIGKILL"):
        await listening
    await process.close()
    ends, counted = recalled(memory_of(heard[-1]))
    return replace(order, ends=ends, counted=counted)
