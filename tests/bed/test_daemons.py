"""Starting, watching and ending long-lived programs."""

import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dev.bed.daemons import Daemon, running, start, stop, until
from dev.bed.errors import BedError
from dev.bed.layout import Layout
from dev.bed.network import check_ports


@pytest.fixture
def layout(tmp_path: Path) -> Iterator[Layout]:
    made = Layout(state=tmp_path / "state", cache=tmp_path / "cache")
    made.logs.mkdir(parents=True)
    made.pids.mkdir()
    yield made
    stop("it", layout=made)


def daemon(code: str) -> Daemon:
    return Daemon(name="it", argv=(sys.executable, "-c", code))


def test_a_second_start_leaves_the_running_one_alone(layout: Layout) -> None:
    assert start(daemon("import time; time.sleep(60)"), layout=layout)
    first = running("it", layout=layout)
    assert not start(daemon("import time; time.sleep(60)"), layout=layout)
    assert first is not None
    assert running("it", layout=layout) == first


def test_a_wait_ends_as_soon_as_the_daemon_dies_and_tells_its_last_words(layout: Layout) -> None:
    start(daemon("import sys, time; time.sleep(0.3); sys.exit('no disk')"), layout=layout)
    began = time.monotonic()
    with pytest.raises(BedError, match=r"it died while waiting for a sign\. Last words: no disk"):
        until("a sign", lambda: False, watch=("it",), layout=layout, within=60)
    assert time.monotonic() - began < 10


def test_a_wait_is_bounded(layout: Layout) -> None:
    start(daemon("import time; print('still trying', flush=True); time.sleep(60)"), layout=layout)
    with pytest.raises(BedError, match=r"did not come within 1 s\. it says: still trying"):
        until("a sign", lambda: False, watch=("it",), layout=layout, within=1)


def test_stop_ends_it_and_forgets_it(layout: Layout) -> None:
    start(daemon("import time; time.sleep(60)"), layout=layout)
    known = running("it", layout=layout)
    stop("it", layout=layout)
    assert known is not None
    assert not known.alive
    assert list(layout.pids.iterdir()) == []


def test_a_taken_port_is_named_with_its_holder() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        address = f"127.0.0.1:{other.getsockname()[1]}"
        with pytest.raises(BedError, match=rf"{address} is not free .*held by"):
            check_ports([address])
