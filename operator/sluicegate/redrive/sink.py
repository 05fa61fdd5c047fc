"""The topics that a redrive writes: idempotent, acknowledged by all replicas, and every refusal told."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any

from confluent_kafka import KafkaError, KafkaException, Producer

from sluicegate.model.kafka import FaultKind
from sluicegate.observe.kafka import faults
from sluicegate.redrive.clients import Heard
from sluicegate.redrive.fate import Fate
from sluicegate.redrive.letter import Letter
from sluicegate.redrive.refusal import Refusal
from sluicegate.redrive.track import Entry

_TOO_LARGE = frozenset({KafkaError.MSG_SIZE_TOO_LARGE, KafkaError.RECORD_LIST_TOO_LARGE})


class Refused:
    """A record that the broker found too large, though nothing told so before."""

    __slots__ = ("entry", "fate", "letter", "words")

    def __init__(self, letter: Letter, entry: Entry, fate: Fate, words: str) -> None:
        self.letter = letter
        self.entry = entry
        self.fate = fate
        self.words = words


class Sink:
    """Calls ``acknowledged`` with each entry that is safe, from `serve`, `wait` and `flush` only."""

    def __init__(self, producer: Producer, *, heard: Heard, acknowledged: Callable[[Entry, Fate], None]) -> None:
        self._producer = producer
        self._heard = heard
        self._acknowledged = acknowledged
        self.octets = 0
        """Bytes written and not yet acknowledged."""
        self.refused: deque[Refused] = deque()
        self._failed: Refusal | None = None

    def write(self, letter: Letter, entry: Entry, fate: Fate) -> None:
        """Send ``letter`` to where ``fate`` says; BufferError when too much is on its way already."""
        headers: Any = fate.headers
        self.octets += fate.octets
        try:
            self._producer.produce(
                fate.topic, letter.value, letter.key, fate.partition,
                on_delivery=partial(self._delivered, letter, entry, fate), headers=headers,
            )  # fmt: skip
        except BufferError:
            self.octets -= fate.octets
            raise
        except KafkaException as error:
            self._delivered(letter, entry, fate, error.args[0], None)

    def serve(self) -> None:
        """Hear what was acknowledged. Refusal when a record was refused for good."""
        self._producer.poll(0)
        self._check()

    def wait(self, seconds: float) -> None:
        """As `serve`, for so long or until something was heard."""
        self._producer.poll(seconds)
        self._check()

    def flush(self, seconds: float) -> bool:
        """Wait for all acknowledgements, so long at most; whether all came."""
        return bool(self._producer.flush(seconds) == 0)

    def _check(self) -> None:
        if self._failed is not None:
            raise self._failed

    def _delivered(self, letter: Letter, entry: Entry, fate: Fate, error: KafkaError | None, _: object) -> None:
        self.octets -= fate.octets
        if error is None:
            self._heard.well()
            self._acknowledged(entry, fate)
        elif error.code() in _TOO_LARGE:
            self.refused.append(Refused(letter, entry, fate, self._heard.told(error)))
        elif self._failed is None:
            self._failed = self._refusal(letter, fate, error)

    def _refusal(self, letter: Letter, fate: Fate, error: KafkaError) -> Refusal:
        match faults.kind_of(error):
            case FaultKind.DENIED:
                remedy = f"grant Write on topic {fate.topic!r} to the operator's user"
            case FaultKind.UNKNOWN_TOPIC:
                remedy = "create the topic, with at least the partitions it had"
            case _:
                remedy = "nothing is lost: start another redrive once the reason is gone"
        return self._heard.refused(
            error,
            what=f"{letter.place} could not be written to {fate.topic!r}, partition {fate.partition}",
            remedy=remedy,
        )
