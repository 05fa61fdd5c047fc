"""Other programs, run to their end: kubectl, helm and the bed's own command line."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from demo.errors import DemoError

ROOT = Path(__file__).resolve().parents[1]


def run(words: Sequence[str], *, env: Mapping[str, str], stdin: str | None = None, limit: float = 120.0) -> str:
    """Standard output; DemoError with the program's own words when it fails or takes longer than ``limit`` seconds."""
    try:
        done = subprocess.run(
            list(words),
            input=stdin,
            env=dict(env),
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=limit,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise DemoError(f"`{' '.join(words[:4])}` did not end within {limit:.0f} s") from None
    except FileNotFoundError:
        raise DemoError(f"{words[0]} is not on the PATH; the test bed brings it: `make cluster-up`") from None
    if done.returncode:
        raise DemoError(f"`{' '.join(words[:4])}` failed: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def bed(*words: str, env: Mapping[str, str], capture: bool = False) -> str:
    """One command of `python -m dev.bed`. Its progress shows as it comes; with ``capture`` its output is returned."""
    done = subprocess.run(
        [sys.executable, "-m", "dev.bed", *words],
        env=dict(env),
        cwd=ROOT,
        stdout=subprocess.PIPE if capture else None,
        text=True,
        check=False,
    )
    if done.returncode:
        raise DemoError(f"`python -m dev.bed {' '.join(words)}` failed; what it said stands above")
    return (done.stdout or "").strip()
