"""The sweep's process: orders come in over stdin, sweeps go out over stdout, and it ends when stdin does.

It is a process of its own because confluent-kafka 2.16.1 brings down the one it runs in when a broker answers
NOT_COORDINATOR to an OffsetFetch, and because hundreds of calls at once would stall an event loop. Credentials come
over the pipe only. One thread per connection: one that hangs delays no other.
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
from typing import BinaryIO

from confluent_kafka import KafkaException

from sluicegate.model.kafka import ClientConfig, Fault, FaultKind, Sweep
from sluicegate.observe.kafka import wire
from sluicegate.observe.kafka.redact import redact, secrets_of
from sluicegate.observe.kafka.sweep import Sweeper
from sluicegate.observe.kafka.wire import Order

IDLE = 600.0
"""Seconds after which an unused connection's client is closed."""


class Connections:
    """One thread and one client per connection, made at its first order, ended when unused for `IDLE` seconds."""

    def __init__(self, out: BinaryIO, *, idle: float = IDLE) -> None:
        self._out = out
        self._idle = idle
        self._writing = threading.Lock()
        self._changing = threading.Lock()
        self._queues: dict[ClientConfig, queue.SimpleQueue[Order]] = {}

    def give(self, order: Order) -> None:
        with self._changing:
            orders = self._queues.get(order.config)
            if orders is None:
                orders = self._queues[order.config] = queue.SimpleQueue()
                threading.Thread(target=self._serve, args=(order.config, orders), daemon=True).start()
            orders.put(order)

    def _serve(self, config: ClientConfig, orders: queue.SimpleQueue[Order]) -> None:
        sweeper: Sweeper | None = None
        while (order := self._next(config, orders)) is not None:
            self._send(wire.encode_begun(order.number))
            try:
                sweeper = sweeper or Sweeper(config)
                sweep = sweeper.sweep(order)
            except KafkaException as error:
                told = redact(str(error.args[0].str()), secrets_of(config))
                sweep = _failed(
                    order, Fault(FaultKind.CONFIGURATION, f"the client refuses a setting: {told}", retriable=False)
                )
            except Exception:
                traceback.print_exc()
                sweep = _failed(
                    order, Fault(FaultKind.OTHER, "the sweep failed by a mistake of Sluicegate; see its log")
                )
            self._send(wire.encode_sweep(order.number, sweep))

    def _next(self, config: ClientConfig, orders: queue.SimpleQueue[Order]) -> Order | None:
        try:
            return orders.get(timeout=self._idle)
        except queue.Empty:
            with self._changing:
                if not orders.empty():
                    return orders.get()
                del self._queues[config]
                return None

    def _send(self, body: bytes) -> None:
        with self._writing:
            self._out.write(wire.frame(body))
            self._out.flush()


def _failed(order: Order, fault: Fault) -> Sweep:
    now = time.monotonic()
    return Sweep(at=order.now, seconds=now - order.monotonic, brokers=0, answers=(), fault=fault)


def _read(source: BinaryIO) -> bytes | None:
    header = source.read(wire.HEADER.size)
    if len(header) < wire.HEADER.size:
        return None
    (size,) = wire.HEADER.unpack(header)
    body = source.read(size)
    return body if len(body) == size else None


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
    while (body := _read(source)) is not None:
        connections.give(wire.decode_order(body))
    # Clients may be in the middle of a call: there is nothing to be tidied up that the kernel does not.
    os._exit(0)


if __name__ == "__main__":
    main()
