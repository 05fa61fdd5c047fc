"""The course of a run: its ends, its rate, its pauses, its stops, and what it leaves behind."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from dataclasses import replace

import pytest

from sluicegate.model.redrive import Phase
from sluicegate.observe.kafka import wire
from sluicegate.redrive import order as orders
from sluicegate.redrive.command import Go, Pause, Rate, Stop
from sluicegate.redrive.order import NO_SOURCE
from sluicegate.redrive.progress import Progress, memory_of, recalled
from sluicegate.redrive.run import MODULE, RedriveProcess
from tests.support.dead_letters import Letters, by_key, firsts, killed, last, used


async def test_an_empty_dead_letter_topic_is_a_success_at_once(letters: Letters) -> None:
    letters.topics()
    told = await last(letters.order(canary={"records": 10, "soak": 60.0}))
    assert (told.phase, told.total, told.redriven) == (Phase.SUCCEEDED, 0, 0)


async def test_a_dead_letter_topic_that_does_not_exist_is_said(letters: Letters) -> None:
    told = await last(letters.order())
    assert told.phase is Phase.FAILED
    assert told.message == f"the dead-letter topic '{letters.dead}' does not exist: nothing can be redriven"


async def test_what_arrives_during_a_run_is_left_for_the_next(letters: Letters) -> None:
    letters.topics()
    letters.die(60)
    process = await RedriveProcess.start(letters.order(rate={"recordsPerSecond": 40}))
    reports = []
    async for told in process.progress():
        if not reports:
            letters.die(90)
        reports.append(told)
    await process.close()
    assert (reports[-1].phase, reports[-1].total, reports[-1].redriven) == (Phase.SUCCEEDED, 60, 60)
    assert letters.broker.lag(letters.settled, letters.dead) == 90
    following = await last(letters.order())
    assert (following.phase, following.total, following.redriven) == (Phase.SUCCEEDED, 90, 90)
    assert letters.broker.lag(letters.settled, letters.dead) == 0


async def test_a_dry_run_reports_and_leaves_no_trace(letters: Letters) -> None:
    letters.topics()
    letters.die(100)
    order = letters.order(dryRun=True, select={"key": "^1$"})
    told = await last(order)
    assert (told.phase, told.scanned, told.matched, told.redriven) == (Phase.SUCCEEDED, 100, 4, 0)
    assert [(line.name, line.records) for line in told.report.errors] == [("java.lang.IllegalStateException", 4)]
    assert [(line.name, line.records) for line in told.report.ages] == [("up to 1h", 4)]
    assert letters.read(letters.source) == []
    assert letters.broker.committed(order.group, letters.dead) == {}
    assert letters.broker.committed(letters.settled, letters.dead) == {}


async def test_a_canary_whose_records_come_back_ends_the_run_before_the_rest_goes(letters: Letters) -> None:
    letters.topics()
    letters.die(100)
    order = letters.order(canary={"records": 20, "maxReturnPercent": 10.0, "soak": 30.0})
    process = await RedriveProcess.start(order)
    reports = []
    async for told in process.progress():
        reports.append(told)
        if told.redriven == 20 and not letters.broker.ends(letters.dead)[0] > 40:
            # The fix was none: the app fails again on three of them.
            back = [("sluicegate.redrive.id", order.uid.encode()), ("sluicegate.error.class", b"StillBroken")]
            for number in range(3):
                letters.put(letters.dead, key=b"0", value=str(number).encode(), headers=back)
            letters.flush()
    await process.close()
    final = reports[-1]
    assert (final.phase, final.redriven) == (Phase.FAILED, 20)
    assert final.message.startswith("canary: ")
    assert "of 20 records came back" in final.message
    assert "most of them with StillBroken" in final.message
    assert len(letters.read(letters.source)) == 20
    assert letters.broker.lag(letters.settled, letters.dead) >= 80


async def test_a_canary_that_stays_away_lets_the_rest_go_and_is_not_sent_again_after_a_kill(letters: Letters) -> None:
    letters.topics()
    letters.die(200)
    order = letters.order(canary={"records": 20, "soak": 2.0}, rate={"recordsPerSecond": 100})
    reports = await killed(order, once=lambda told: told.redriven > 60)
    assert any("canary: 20 records were written, 0 came back so far" in told.message for told in reports)
    began = time.monotonic()
    ends, counted = recalled(memory_of(reports[-1]))
    final = await last(replace(order, ends=ends, counted=counted))
    assert (final.phase, final.redriven) == (Phase.SUCCEEDED, 200)
    assert "canary" not in final.message
    assert time.monotonic() - began < 5
    assert {int(one.value or b"-1") for one in letters.read(letters.source)} == set(range(200))


async def test_pause_go_and_rate_are_obeyed(letters: Letters) -> None:
    letters.topics()
    letters.die(300)
    process = await RedriveProcess.start(letters.order(rate={"recordsPerSecond": 1000}))
    await process.tell(Pause(why="the app is 12000 messages behind"))
    paused: list[Progress] = []
    final = None
    async for told in process.progress():
        final = told
        if told.phase is Phase.PAUSED:
            paused.append(told)
            if len(paused) == 3:
                await process.tell(Rate(per_second=100.0))
                await process.tell(Go())
                gone = time.monotonic()
    await process.close()
    assert final is not None
    assert (final.phase, final.redriven) == (Phase.SUCCEEDED, 300)
    assert {one.message for one in paused} == {"the app is 12000 messages behind"}
    assert {one.redriven for one in paused} == {paused[0].redriven}
    assert time.monotonic() - gone > (300 - paused[0].redriven) / 100 * 0.8


@pytest.mark.parametrize("how", ["stop", "SIGTERM"])
async def test_a_run_that_is_stopped_goes_on_later_without_a_repeat(letters: Letters, how: str) -> None:
    letters.topics()
    letters.die(3000)
    order = letters.order(rate={"recordsPerSecond": 1000})
    process = await RedriveProcess.start(order)
    told = Progress(phase=Phase.PENDING)
    async for told in process.progress():
        if told.redriven > 500:
            await process.tell(Stop()) if how == "stop" else os.kill(process.pid, signal.SIGTERM)
    await process.close()
    assert told.phase is Phase.RUNNING
    assert told.message == "stopped"
    assert 500 < told.redriven < 2900
    ends, counted = recalled(memory_of(told))
    final = await last(replace(order, ends=ends, counted=counted))
    assert (final.phase, final.redriven, final.repeated) == (Phase.SUCCEEDED, 3000, 0)
    assert final.report.errors[0].records == 3000
    found = letters.read(letters.source)
    assert len(found) == 3000
    assert all(numbers == list(range(int(key or b"0"), 3000, 30)) for key, numbers in by_key(found).items())


async def test_a_run_whose_operator_dies_commits_and_ends(letters: Letters) -> None:
    letters.topics()
    letters.die(3000)
    order = letters.order(rate={"recordsPerSecond": 1000})
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", MODULE, "orphan", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL
    )
    assert child.stdin is not None
    child.stdin.write(wire.frame(orders.encode(order)))
    await asyncio.sleep(1.5)
    # The pipe closes, as it does when the parent is killed.
    child.stdin.close()
    assert await asyncio.wait_for(child.wait(), 15) == 0
    written = len(letters.read(letters.source))
    assert 0 < written < 3000
    assert sum(letters.broker.committed(order.group, letters.dead).values()) == written
    final = await last(order)
    assert (final.phase, final.redriven, final.repeated) == (Phase.SUCCEEDED, 3000, 0)
    assert len(letters.read(letters.source)) == 3000


async def test_a_selection_by_number_and_offset_leaves_the_rest_where_it_is(letters: Letters) -> None:
    letters.topics()
    letters.die(90)
    told = await last(letters.order(select={"offsets": {"1": 10}, "maxRecords": 15}))
    assert (told.phase, told.total, told.redriven) == (Phase.SUCCEEDED, 20, 15)
    assert {one.partition for one in letters.read(letters.source)} == {1}
    # What lies before the selection was not dealt with: it still counts.
    assert letters.broker.lag(letters.settled, letters.dead) == 90
    rest = await last(letters.order())
    assert (rest.phase, rest.redriven) == (Phase.SUCCEEDED, 90)


async def test_an_expression_that_is_none_fails_the_run_with_field_and_value(letters: Letters) -> None:
    letters.topics()
    letters.die(3)
    told = await last(letters.order(select={"errorClass": "(Timeout"}))
    assert told.phase is Phase.FAILED
    assert told.message.startswith("spec.select.errorClass: '(Timeout' is no regular expression: missing )")
    assert letters.read(letters.source) == []


async def test_an_expression_that_takes_too_long_fails_the_run_with_the_record(letters: Letters) -> None:
    letters.topics(partitions=1)
    letters.put(letters.dead, key=b"a" * 40 + b"!", value=b"v")
    letters.flush()
    told = await last(letters.order(select={"key": "^(a|aa|b?a)+$"}))
    assert told.phase is Phase.FAILED
    assert "spec.select.key: '^(a|aa|b?a)+$' took longer than 0.1 s on partition 0, offset 0" in told.message


async def test_partitions_added_to_the_dead_letter_topic_during_a_run_are_left_for_the_next(letters: Letters) -> None:
    letters.topics()
    letters.die(60)
    order = letters.order(rate={"recordsPerSecond": 40})
    await killed(order, once=lambda told: told.redriven > 10)
    letters.grow(letters.dead, to=4)
    letters.put(letters.dead, key=b"x", value=b"60", partition=3)
    letters.flush()
    final = await last(order)
    assert (final.phase, final.redriven) == (Phase.SUCCEEDED, 60)
    numbers = [int(one.value or b"-1") for one in letters.read(letters.source)]
    assert sorted(firsts(numbers)) == list(range(60))
    assert letters.broker.lag(letters.settled, letters.dead) == 1


async def test_retention_that_passed_the_start_takes_what_it_took_and_the_rest_goes(letters: Letters) -> None:
    letters.topics(partitions=1)
    letters.die(50, partitions=1)
    letters.broker.commit(letters.settled, letters.dead, {0: 5})
    letters.broker.truncate(letters.dead, before=20)
    told = await last(letters.order())
    assert (told.phase, told.total, told.redriven) == (Phase.SUCCEEDED, 30, 30)
    assert letters.broker.committed(letters.settled, letters.dead) == {0: 50}


async def test_a_dead_letter_topic_deleted_during_the_run_ends_it_with_the_reason(letters: Letters) -> None:
    letters.topics()
    letters.die(400)
    process = await RedriveProcess.start(letters.order(rate={"recordsPerSecond": 40}))
    told = Progress(phase=Phase.PENDING)
    deleted = False
    async for told in process.progress():
        if told.redriven > 20 and not deleted:
            letters.broker.delete(letters.dead)
            deleted = True
    await process.close()
    assert told.phase is Phase.FAILED, told
    assert f"the dead-letter topic '{letters.dead}' is gone" in told.message
    assert len(letters.read(letters.source)) >= told.redriven > 20


async def test_the_largest_records_do_not_fill_the_memory(letters: Letters) -> None:
    letters.topics()
    for number in range(240):
        letters.put(letters.dead, key=b"k", value=bytes(900_000), partition=number % 3)
    letters.flush()
    process = await RedriveProcess.start(letters.order())
    peak, last_told = 0.0, Progress(phase=Phase.PENDING)
    async for told in process.progress():
        peak = max(peak, (used(process.pid) or (0.0, 0.0))[1])
        last_told = told
    await process.close()
    print(f"216 MB in records of 900 kB: {peak:.0f} MB at most")
    assert (last_told.phase, last_told.redriven) == (Phase.SUCCEEDED, 240)
    assert 0 < peak < 300


async def test_a_destination_deleted_during_the_run_loses_nothing(letters: Letters) -> None:
    letters.topics()
    letters.die(400)
    elsewhere = letters.topic(f"{letters.prefix}.elsewhere")
    order = letters.order(to="Topic", topic=elsewhere, topics={NO_SOURCE: elsewhere}, rate={"recordsPerSecond": 40})
    process = await RedriveProcess.start(order)
    told = Progress(phase=Phase.PENDING)
    deleted = False
    async for told in process.progress():
        if told.redriven > 20 and not deleted:
            letters.broker.delete(elsewhere)
            deleted = True
    await process.close()
    assert told.phase is Phase.FAILED, told
    assert f"could not be written to '{elsewhere}'" in told.message
    assert "create the topic" in told.message
    settled = sum(letters.broker.committed(letters.settled, letters.dead).values())
    assert settled <= told.redriven < 400
    rest = await last(letters.order())
    assert (rest.phase, rest.redriven) == (Phase.SUCCEEDED, 400 - settled)
