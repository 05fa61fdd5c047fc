"""A pid is not a process: zombies are dead, and numbers are used again."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from dev.bed.process import Identity

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(60)",
]


def identity(process: subprocess.Popen[bytes]) -> Identity:
    found = Identity.of(process.pid)
    assert found is not None
    return found


def test_a_zombie_counts_as_dead() -> None:
    with subprocess.Popen(SLEEP) as process:
        known = identity(process)
        assert known.alive
        process.kill()
        assert known.gone(within=5.0)
        os.kill(process.pid, 0)  # the kernel still answers for the zombie: this is the trap


def test_another_process_under_the_same_number_is_not_taken_for_ours(tmp_path: Path) -> None:
    with subprocess.Popen(SLEEP) as process:
        earlier = replace(identity(process), started="1")
        earlier.write(tmp_path / "pid")
        assert Identity.read(tmp_path / "pid") is None
        identity(process).write(tmp_path / "pid")
        assert Identity.read(tmp_path / "pid") == identity(process)
        process.kill()


@pytest.mark.parametrize("content", ["", "garbage", "12 34", "x y z"])
def test_a_broken_pid_file_names_nobody(tmp_path: Path, content: str) -> None:
    (tmp_path / "pid").write_text(content)
    assert Identity.read(tmp_path / "pid") is None


def test_a_process_that_ignores_the_polite_signal_is_killed() -> None:
    with subprocess.Popen(STUBBORN, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        identity(process).end(grace=0.3)
        assert process.wait() == -signal.SIGKILL


def test_a_paused_process_can_be_ended() -> None:
    with subprocess.Popen(SLEEP) as process:
        known = identity(process)
        process.send_signal(signal.SIGSTOP)
        deadline = time.monotonic() + 5
        while not known.stopped and time.monotonic() < deadline:
            time.sleep(0.01)
        assert known.stopped
        known.end(grace=5.0)
        assert process.wait() == -signal.SIGTERM
