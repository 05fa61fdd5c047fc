"""The sweep's process: orders come in over stdin, sweeps go out over stdout, and it ends when stdin does.

It is a process of its own because confluent-kafka 2.16.1 brings down the one it runs in when a broker answers
NOT_COORDINATOR to an OffsetFetch, and because hundreds of calls at once would stall an event loop. Credentials come
over the pipe only. One thread per connection and kind of order: one that hangs or takes long delays no other.
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
import queue
import signal
import sys
import threading
import time
import traceback
from enum import StrEnum
from typing import Any, BinaryIO

from confluent_kafka import KafkaException

from sluicegate.model.kafka import ClientConfig, Fault, FaultKind, Sweep
from sluicegate.model.topic_order import TopicAnswer
from sluicegate.observe.kafka import topic_wire, wire
from sluicegate.observe.kafka.redact import redact, secrets_of
from sluicegate.observe.kafka.sweep import Sweeper
from sluicegate.observe.kafka.topic_wire import TopicErrand
from sluicegate.observe.kafka.topics import Topics
from sluicegate.observe.kafka.wire import Order

IDLE = 600.0
"""Seconds after which an unused connection's client is closed."""


class Kind(StrEnum):
    """Of orders: those of one kind are carried out one after the other on a connection."""

    SWEEP = "sweep"
    TOPICS = "topics"
    READERS = "readers"
    """Asks every group there is."""


Place = tuple[ClientConfig, Kind]


class Connections:
    """One thread and one client per connection and kind of order, made at the first such order, ended when unused for
    `IDLE` seconds."""

    def __init__(self, out: BinaryIO, *, idle: float = IDLE) -> None:
        self._out = out
        self._idle = idle
        self._writing = threading.Lock()
        self._changing = threading.Lock()
        self._queues: dict[Place, queue.SimpleQueue[Any]] = {}

    def give(self, order: Order | TopicErrand) -> None:
        place = order.config, _kind(order)
        with self._changing:
            orders = self._queues.get(place)
            if orders is None:
                orders = self._queues[place] = queue.SimpleQueue()
                threading.Thread(target=self._serve, args=(place, orders), daemon=True).start()
            orders.put(order)

    def _serve(self, place: Place, orders: queue.SimpleQueue[Any]) -> None:
        config, _ = place
        workers = Workers(config)
        while (order := self._next(place, orders)) is not None:
            self._send(wire.encode_begun(order.number))
            try:
                body = workers.work(order)
            except KafkaException as error:
                told = redact(str(error.args[0].str()), secrets_of(config))
                words = f"the client refuses a setting: {told}"
                body = _failed(order, Fault(FaultKind.CONFIGURATION, words, retriable=False))
            except Exception:
                traceback.print_exc()
                words = "it could not be done by a mistake of Sluicegate; see its log"
                body = _failed(order, Fault(FaultKind.OTHER, words))
            self._send(body)

    def _next(self, place: Place, orders: queue.SimpleQueue[Any]) -> Any | None:
        try:
            return orders.get(timeout=self._idle)
        except queue.Empty:
            with self._changing:
                if not orders.empty():
                    return orders.get()
                del self._queues[place]
                return None

    def _send(self, body: bytes) -> None:
        with self._writing:
            self._out.write(wire.frame(body))
            self._out.flush()


class Workers:
    """Who does what on one connection, made at the first order. KafkaException when a setting is refused."""

    def __init__(self, config: ClientConfig) -> None:
        self._config = config
        self._sweeper: Sweeper | None = None
        self._topics: Topics | None = None

    def work(self, order: Order | TopicErrand) -> bytes:
        """The body of the answer."""
        if isinstance(order, TopicErrand):
            self._topics = self._topics or Topics(self._config)
            return topic_wire.encode_answer(order.number, self._topics.do(order.order, limit=order.limit))
        self._sweeper = self._sweeper or Sweeper(self._config)
        return wire.encode_sweep(order.number, self._sweeper.sweep(order))


def _kind(order: Order | TopicErrand) -> Kind:
    if isinstance(order, TopicErrand):
        return Kind.READERS if order.order.readers_of else Kind.TOPICS
    return Kind.SWEEP


def _failed(order: Order | TopicErrand, fault: Fault) -> bytes:
    if isinstance(order, TopicErrand):
        return topic_wire.encode_answer(order.number, TopicAnswer(fault=fault))
    seconds = time.monotonic() - order.monotonic
    return wire.encode_sweep(order.number, Sweep(at=order.now, seconds=seconds, brokers=0, answers=(), fault=fault))


def main() -> None:
    """Serve until the parent closes the pipe, by intent or by its death."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    faulthandler.enable()
    with contextlib.suppress(OSError), open("/proc/self/comm", "w") as name:
        name.write(sys.argv[1][:15] if len(sys.argv) > 1 else "sluicegate-sweep")
    # Whatever a library prints must not end up between two frames.
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    connections = Connections(out)
    source = sys.stdin.buffer
    while (body := wire.read_frame(source)) is not None:
        is_errand = topic_wire.is_errand(body)
        connections.give(topic_wire.decode_errand(body) if is_errand else wire.decode_order(body))
    # Clients may be in the middle of a call: there is nothing to be tidied up that the kernel does not.
    os._exit(0)


if __name__ == "__main__":
    main()
