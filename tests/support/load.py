"""Traffic at a rate: records go into a topic until the block ends, spread evenly over its partitions."""

from __future__ import annotations

import threading
import time
from types import TracebackType
from typing import Self

from tests.support.broker import Broker

BEAT = 0.1


class Load:
    """``rate`` records a second, which may be changed at any time; ``with`` begins and ends it.

    While the broker is away the records wait in the producer and go out when it is back.
    """

    def __init__(self, broker: Broker, topic: str, *, rate: float) -> None:
        self.rate = rate
        self.produced = 0
        self._broker = Broker(broker.bootstrap)
        self._topic = topic
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._ended.set()
        self._thread.join()
        self._broker.flush()

    def _run(self) -> None:
        partitions = self._broker.partitions(self._topic)
        last, due = time.monotonic(), 0.0
        while not self._ended.wait(BEAT):
            now = time.monotonic()
            due += (now - last) * self.rate
            last = now
            while due >= 1:
                self._broker.send(self._topic, partition=self.produced % partitions)
                self.produced += 1
                due -= 1
