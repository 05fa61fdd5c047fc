"""The README's first screen keeps its word: its commands run as they stand, its picture and its links are there."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()
COMMANDS = re.findall(r"^    (make \S+)", README, flags=re.MULTILINE)


def test_the_first_screen_has_the_two_commands_and_a_picture() -> None:
    screen = "\n".join(README.splitlines()[:25])
    assert COMMANDS == ["make demo", "make test"]
    assert all(command in screen for command in COMMANDS)
    assert "docs/images/lag.svg" in screen


def test_every_link_leads_somewhere() -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)", README) if "://" not in link]
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_ci_runs_the_readmes_test_command_as_it_stands() -> None:
    run = (ROOT / ".ci" / "run").read_text().strip().splitlines()[-1]
    assert run == f"exec {COMMANDS[1]}"


@pytest.mark.e2e
@pytest.mark.timeout(900)
def test_the_demo_command_runs_as_it_stands_and_its_story_comes_true() -> None:
    done = subprocess.run(COMMANDS[0].split(), cwd=ROOT, capture_output=True, text=True, timeout=840, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    out = ROOT / "build" / "demo" / "lag"
    summary = json.loads((out / "summary.json").read_text())
    assert summary["max_replicas_written"] == summary["partitions"] == 12
    assert summary["produced"] == summary["consumed"] > 0
    assert summary["operator_restarts"] == 0
    for name in ("timeline.csv", "timeline.svg", "timeline.png"):
        assert (out / name).stat().st_size > 1000, name
