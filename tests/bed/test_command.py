"""A program that fails says so in one sentence, and one that hangs does not hang the bed."""

import time
from pathlib import Path

import pytest

from dev.bed.command import run, stop_all
from dev.bed.errors import BedError
from dev.bed.parallel import together
from dev.bed.process import arguments, everyone


def test_a_failure_carries_the_last_line() -> None:
    with pytest.raises(BedError, match=r"`sh` failed \(exit 3\): the reason"):
        run(["sh", "-c", "echo noise >&2; echo the reason >&2; exit 3"], timeout=10)


def test_a_program_over_its_time_is_killed_with_its_children() -> None:
    began = time.monotonic()
    with pytest.raises(BedError, match="did not end within 1 s"):
        run(["sh", "-c", "sleep 61.25 & wait"], timeout=1)
    assert time.monotonic() - began < 5
    assert not [pid for pid in everyone() if arguments(pid) == ["sleep", "61.25"]]


def test_lines_reach_the_watcher_and_the_log(tmp_path: Path) -> None:
    seen: list[str] = []
    run(["sh", "-c", "echo one; echo two >&2"], timeout=10, line=seen.append, log=tmp_path / "log")
    assert sorted(seen) == ["one", "two"]
    assert sorted((tmp_path / "log").read_text().splitlines()) == ["one", "two"]


def test_the_first_failure_ends_the_other_tasks() -> None:
    began = time.monotonic()
    with pytest.raises(BedError, match="exit 1"):
        together(
            lambda: run(["sleep", "60"], timeout=90),
            lambda: run(["sh", "-c", "sleep 0.2; exit 1"], timeout=10),
        )
    assert time.monotonic() - began < 10
    stop_all()
