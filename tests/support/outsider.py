"""A member of a consumer group that is no pod of any workload: a process somewhere else."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Self

from tests.support.broker import Broker


class Outsider:
    """Joins ``group`` from this process for the ``with`` block; takes partitions, reads them, and commits nothing."""

    def __init__(self, broker: Broker, *, group: str, topic: str) -> None:
        self._consumer = broker.consumer(group, topic, **{"partition.assignment.strategy": "cooperative-sticky"})
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._ended.set()
        self._thread.join()
        self._consumer.close()

    def _run(self) -> None:
        while not self._ended.is_set():
            self._consumer.poll(0.2)
