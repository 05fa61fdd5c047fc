"""The process of one redrive: an order over stdin, then commands; reports over stdout.

It ends when it is done, when it is told to, on SIGTERM, and when the operator closes the pipe, by intent or by its
death; each time with what was acknowledged committed. What kill -9 leaves, the next process takes up.
"""

from __future__ import annotations

import contextlib
import faulthandler
import gc
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import BinaryIO, TypeVar

from confluent_kafka import Consumer, KafkaException, Producer
from confluent_kafka.admin import AdminClient

from sluicegate.model.redrive import Phase
from sluicegate.observe.kafka import wire
from sluicegate.redrive import clients, command, order, progress, selection
from sluicegate.redrive.books import Books, Unwritten
from sluicegate.redrive.clients import Heard
from sluicegate.redrive.command import Command, Stop
from sluicegate.redrive.engine import Engine
from sluicegate.redrive.fate import Judge
from sluicegate.redrive.order import RedriveOrder
from sluicegate.redrive.progress import Progress
from sluicegate.redrive.refusal import Refusal
from sluicegate.redrive.sink import Sink
from sluicegate.redrive.source import Ledger, Source
from sluicegate.redrive.survey import Survey, Surveyor
from sluicegate.redrive.watch import Watch

T = TypeVar("T")
AGAIN = 2.0
"""Seconds between two tries to reach a cluster that does not answer."""
LARGEST_BATCH = 1_000_000
"""Bytes; librdkafka's own."""


class Stopped(Exception):
    """Told to end before the run had begun."""


class Orders:
    """What comes over stdin: one order, then commands until the other end closes."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self._commands: queue.SimpleQueue[Command] = queue.SimpleQueue()
        self.stopped = False

    def first(self) -> RedriveOrder | None:
        body = wire.read_frame(self._source)
        if body is None:
            return None
        threading.Thread(target=self._listen, daemon=True).start()
        return order.decode(body)

    def taken(self) -> list[Command]:
        """The commands that came since; never waits."""
        found: list[Command] = []
        with contextlib.suppress(queue.Empty):
            while True:
                found.append(self._commands.get_nowait())
        return found

    def stop(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        """As a signal handler, too: SimpleQueue.put is reentrant."""
        self.stopped = True
        self._commands.put(Stop())

    def _listen(self) -> None:
        while (body := wire.read_frame(self._source)) is not None:
            told = command.decode(body)
            self.stopped = self.stopped or isinstance(told, Stop)
            self._commands.put(told)
        self.stop()


def run(given: RedriveOrder, *, orders: Orders, say: Callable[[Progress], None]) -> None:
    """The whole of ``given``; the last report says how it ended."""
    heard = Heard(given.config)
    reader = Consumer(clients.of_reader(given.config, group=given.group, heard=heard))
    settler = Consumer(clients.of_reader(given.config, group=given.settled, heard=heard))
    source = Source(given.dead_letter, consumer=reader, heard=heard)
    try:
        # A bad expression is told before anything else is asked.
        selection.check(given.spec.select)
        admin = AdminClient(clients.of_admin(given.config, heard=heard))
        surveyor = Surveyor(given, reader=reader, settler=settler, admin=admin, heard=heard)
        survey = _until_told(surveyor.survey, given, orders=orders, say=say, heard=heard, client=reader)
        books = _books(given, survey, reader=reader, settler=settler, heard=heard)
        _until_told(lambda: _committed(books), given, orders=orders, say=say, heard=heard, client=reader)
    except Refusal as refusal:
        say(Progress(phase=Phase.FAILED, ends=given.ends, counted=given.counted, message=str(refusal)))
        return
    except Stopped:
        return
    # Where a limit is not known, each record goes alone: a batch that is too large is refused with all that is in it.
    limits = [1 if room.most is None else room.most for room in survey.rooms.values()]
    producer = Producer(clients.of_writer(given.config, batch=min([LARGEST_BATCH, *limits]), heard=heard))

    def watch() -> Watch:
        consumer = Consumer(clients.of_reader(given.config, group=given.group, heard=heard))
        ends = {number: track.end for number, track in books.tracks.items()}
        return Watch(given.dead_letter, consumer=consumer, ends=ends, by=given.uid, heard=heard)

    Engine(
        given,
        source=source,
        sink_of=lambda acknowledged: Sink(producer, heard=heard, acknowledged=acknowledged),
        books=books,
        judge=Judge(given, rooms=survey.rooms, here=survey.here),
        watch=watch,
        heard=orders.taken,
        say=say,
        trouble=lambda: heard.words,
        clock=time.monotonic,
    ).run()


def _books(given: RedriveOrder, survey: Survey, *, reader: Consumer, settler: Consumer, heard: Heard) -> Books:
    if given.spec.dry_run:
        return Books(survey, progress=Unwritten(), settled=Unwritten(), rate=0, now=time.monotonic())
    return Books(
        survey,
        progress=Ledger(given.dead_letter, group=given.group, consumer=reader, heard=heard),
        settled=Ledger(given.dead_letter, group=given.settled, consumer=settler, heard=heard),
        rate=given.spec.rate.records_per_second,
        now=time.monotonic(),
    )


def _committed(books: Books) -> Books:
    if not books.commit_all():
        raise TimeoutError(books.trouble)
    return books


def _until_told(
    ask: Callable[[], T],
    given: RedriveOrder,
    *,
    orders: Orders,
    say: Callable[[Progress], None],
    heard: Heard,
    client: Consumer,
) -> T:
    """What ``ask`` gives, asked again while the cluster does not answer; Stopped when told to end meanwhile."""
    while True:
        try:
            return ask()
        except KafkaException as error:
            why = heard.told(error.args[0])
        except TimeoutError as error:
            why = str(error) or "the cluster does not answer"
        # A question only says that it timed out. Why, the client tells to those who poll.
        client.poll(0.1)
        why = heard.words or why
        say(Progress(phase=Phase.RUNNING, ends=given.ends, counted=given.counted, message=why))
        deadline = time.monotonic() + AGAIN
        while time.monotonic() < deadline:
            if orders.stopped:
                raise Stopped
            time.sleep(0.1)


def main() -> None:
    """Serve one order; exit code 0 when the last report was the last word, or when it was told to end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    faulthandler.enable()
    with contextlib.suppress(OSError), open("/proc/self/comm", "w") as name:
        name.write("sluicegate-dlr")
    # Whatever a library prints must not end up between two frames.
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    # Records come and go by the ten thousand and hold no cycles: looking for some takes a seventh of the time.
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)
    orders = Orders(sys.stdin.buffer)
    signal.signal(signal.SIGTERM, orders.stop)

    def say(told: Progress) -> None:
        # An operator that is gone hears nothing, and its end of the pipe tells us to stop.
        with contextlib.suppress(BrokenPipeError):
            out.write(wire.frame(progress.encode(told)))
            out.flush()

    given = orders.first()
    if given is not None:
        run(given, orders=orders, say=say)
    sys.stderr.flush()
    # Clients may be in the middle of a call: there is nothing to be tidied up that the kernel does not.
    os._exit(0)


if __name__ == "__main__":
    main()
