"""A person who waits sees what happens and how long it took last time."""

import io
import time
from pathlib import Path

import pytest
from rich.console import Console

from dev.bed import progress as module
from dev.bed.progress import Progress, spell
from dev.bed.timings import Timings


def board(path: Path) -> tuple[Progress, io.StringIO]:
    out = io.StringIO()
    return Progress(Timings(path=path), console=Console(file=out, width=200)), out


def test_a_step_tells_its_guess_at_first_and_its_own_time_later(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "timings.json"
    first, out = board(file)
    with first, first.step("build", "Building", guess="about 4m"):
        pass
    assert "Building (about 4m)" in out.getvalue()
    assert "Building: done in " in out.getvalue()
    Timings(path=file).record("build", seconds=391)
    second, out = board(file)
    with second, second.step("build", "Building", guess="about 4m"):
        pass
    assert "Building (took 6m31s last time)" in out.getvalue()


def test_a_failed_step_is_not_remembered(tmp_path: Path) -> None:
    failing, _ = board(tmp_path / "t.json")
    with pytest.raises(ValueError, match="no"), failing, failing.step("build", "Building"):
        raise ValueError("no")
    assert Timings(path=tmp_path / "t.json").last("build") is None


def test_a_long_step_gives_signs_of_life(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HEARTBEAT", 0.5)
    quiet, out = board(tmp_path / "t.json")
    with quiet, quiet.step("build", "Building") as step:
        step.note = "compiled 7 of 9 packages"
        for _ in range(50):
            if "so far" in out.getvalue():
                break
            time.sleep(0.1)
    assert "so far compiled 7 of 9 packages" in out.getvalue()


def test_unreadable_timings_are_no_timings(tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text("[1,")
    assert Timings(path=tmp_path / "t.json").last("build") is None


def test_durations_read_as_people_write_them() -> None:
    assert [spell(4.21), spell(59.9), spell(391)] == ["4.2s", "59.9s", "6m31s"]
