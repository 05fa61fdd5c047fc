"""What crosses the pipe comes out as it went in."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sluicegate.model.redrive import Counted, Phase, Report
from sluicegate.redrive import command, progress
from sluicegate.redrive import order as orders
from sluicegate.redrive.command import Command, Go, Pause, Rate, Stop
from sluicegate.redrive.progress import Progress, memory_of, recalled
from tests.unit.redrive.given import order


def test_an_order_survives_with_every_field() -> None:
    given = order(
        select={"since": 5400.5, "errorClass": "é", "offsets": {"3": 9}, "maxRecords": 7},
        canary={"records": 5},
        rate={"recordsPerSecond": 12.5, "percentOfConsumeRate": 5},
    )
    assert orders.decode(orders.encode(given)) == given
    again = replace(given, ends={0: 5, 11: 2**40}, counted={"report": {"errors": {"X": 2}}})
    assert orders.decode(orders.encode(again)) == again


def test_a_report_survives_with_every_field() -> None:
    told = Progress(
        phase=Phase.PAUSED,
        total=9,
        scanned=8,
        matched=7,
        redriven=6,
        parked=5,
        skipped=4,
        repeated=3,
        rate=2.5,
        ends={0: 1, 12: 4},
        report=Report(errors=(Counted(name="X", records=7),)),
        message="the app is behind",
        settled={3: 4},
        counted={"report": {"errors": {"X": 7}}},
    )
    assert progress.decode(progress.encode(told)) == told
    assert recalled(memory_of(told)) == (told.ends, told.counted)
    assert progress.decode(progress.encode(Progress(phase=Phase.RUNNING))) == Progress(phase=Phase.RUNNING)


def test_of_nothing_nothing_is_recalled() -> None:
    assert recalled({}) == (None, {})


@pytest.mark.parametrize("told", [Rate(per_second=None), Rate(per_second=1.5), Pause(why="x"), Go(), Stop()])
def test_a_command_survives(told: Command) -> None:
    assert command.decode(command.encode(told)) == told


def test_what_is_no_command_is_refused() -> None:
    with pytest.raises(ValueError, match="no command"):
        command.decode(b'{"jump":true}')
