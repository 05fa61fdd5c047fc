"""The bar: where somebody looks, once it takes longer than a moment, and nowhere else."""

import io

import pytest
from rich.console import Console

from sluicegate.cli import progress as room
from sluicegate.cli.progress import progress


def shown(*, terminal: bool) -> str:
    out = io.StringIO()
    with progress(["day keda", "day flink"], console=Console(file=out, force_terminal=terminal, width=80)) as told:
        told(0, 0.5)
        told(1, 0.25)
    return out.getvalue()


def test_a_terminal_sees_a_bar_for_each_once_patience_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "PATIENCE", 0.0)
    text = shown(terminal=True)
    assert "day keda" in text
    assert "day flink" in text
    assert "50 %" in text


def test_what_is_done_within_patience_shows_nothing() -> None:
    assert shown(terminal=True) == ""


def test_a_pipe_sees_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "PATIENCE", 0.0)
    assert shown(terminal=False) == ""
