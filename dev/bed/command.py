"""Running other programs: one way to start them, one way to fail, and none left behind when the bed gives up."""

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from dev.bed.errors import BedError

_running: set[subprocess.Popen[str]] = set()
_lock = threading.Lock()


def run(
    argv: Sequence[str | Path],
    *,
    timeout: float,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    check: bool = True,
    log: Path | None = None,
    line: Callable[[str], None] | None = None,
) -> str:
    """Run a program to its end and return what it printed (stdout, with stderr mixed in when it is watched).

    `env` is added to the environment. `line` is called with each line as it comes; `log` gets a copy of them.
    After `timeout` seconds the program and its children are killed. Raises BedError with the last line it said.
    """
    words = [str(word) for word in argv]
    watched = line is not None or log is not None
    try:
        process = subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if watched else subprocess.PIPE,
            text=True,
            errors="replace",
            env={**os.environ, **(env or {})},
            cwd=cwd,
            start_new_session=True,
        )
    except FileNotFoundError as error:
        raise BedError(f"`{words[0]}` is not on this machine.") from error
    with _lock:
        _running.add(process)
    expired = threading.Event()

    def expire() -> None:
        expired.set()
        _kill(process)

    timer = threading.Timer(timeout, expire)
    timer.start()
    try:
        if watched:
            out, err = _follow(process, log=log, line=line), ""
        else:
            out, err = process.communicate()
        code = process.wait()
    except BaseException:
        _kill(process)
        raise
    finally:
        timer.cancel()
        with _lock:
            _running.discard(process)
    if expired.is_set():
        raise BedError(f"`{words[0]}` did not end within {timeout:.0f} s. {_last(err or out)}".rstrip())
    if check and code != 0:
        told = f" Everything it said is in {log}." if log else ""
        raise BedError(f"`{Path(words[0]).name}` failed (exit {code}): {_last(err or out)}{told}")
    return out


def stop_all() -> None:
    """Kill what still runs: called when one of several parallel steps has failed, or on Ctrl-C."""
    with _lock:
        processes = list(_running)
    for process in processes:
        _kill(process)


def _follow(process: subprocess.Popen[str], *, log: Path | None, line: Callable[[str], None] | None) -> str:
    assert process.stdout is not None
    kept: list[str] = []
    sink = log.open("a", encoding="utf-8") if log else None
    try:
        for text in process.stdout:
            kept.append(text)
            if sink:
                sink.write(text)
            if line:
                line(text.rstrip("\n"))
    finally:
        if sink:
            sink.close()
    return "".join(kept)


def _kill(process: subprocess.Popen[str]) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _last(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing."
