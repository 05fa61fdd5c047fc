"""The dead-letter topic behind the end of a run, during a canary: what comes back there, and by whose doing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from confluent_kafka import Consumer

from sluicegate.redrive.clients import Heard
from sluicegate.redrive.dialects import Origin, read
from sluicegate.redrive.source import End, Source


class Watch:
    """Reads ``topic`` from ``ends`` on; ``by`` the run whose records are looked for."""

    def __init__(self, topic: str, *, consumer: Consumer, ends: Mapping[int, int], by: str, heard: Heard) -> None:
        self._source = Source(topic, consumer=consumer, heard=heard)
        self._source.begin(ends)
        self._behind = set(ends)
        self._by = by

    @property
    def caught_up(self) -> bool:
        """Whether all that was there has been seen."""
        return not self._behind

    def back(self, *, within: float) -> Iterator[Origin]:
        """The run's records among those that come in so many seconds."""
        for found in self._source.batch(2_000, within=within):
            if isinstance(found, End):
                self._behind.discard(found.partition)
                continue
            self._behind.add(found.partition)
            origin = read(found.headers)
            if origin.redrive_id == self._by:
                yield origin

    def close(self) -> None:
        self._source.close()
