"""Records written in a transaction that stays open for as long as a test likes."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from confluent_kafka import KafkaException, Producer

from tests.support.broker import Broker

LIMIT = 15.0


class Transaction:
    """One open transaction; ``commit`` ends it well, leaving the ``with`` block without that aborts it."""

    def __init__(self, broker: Broker, *, id_: str) -> None:
        self._producer = Producer({"bootstrap.servers": broker.bootstrap, "transactional.id": id_})
        self._open = False

    def __enter__(self) -> Self:
        self._producer.init_transactions(LIMIT)
        self._producer.begin_transaction()
        self._open = True
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._open:
            self._producer.abort_transaction(LIMIT)

    def write(self, topic: str, count: int, *, partition: int) -> None:
        """``count`` records, which the broker has when this returns; KafkaException when it refuses one."""
        refused: list[KafkaException] = []
        for number in range(count):
            self._producer.produce(
                topic,
                value=str(number),
                partition=partition,
                on_delivery=lambda error, _: refused.append(KafkaException(error)) if error else None,
            )
        assert self._producer.flush(LIMIT) == 0, "records were not acknowledged"
        if refused:
            raise refused[0]

    def commit(self) -> None:
        self._producer.commit_transaction(LIMIT)
        self._open = False
