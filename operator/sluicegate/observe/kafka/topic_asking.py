"""Questions about many topics to one cluster: in batches, counted, and no longer asked once nobody answers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from itertools import islice
from typing import Any, TypeVar

from confluent_kafka import KafkaError, TopicCollection

from sluicegate.model.kafka import ClientConfig, Fault, FaultKind
from sluicegate.observe.kafka import faults
from sluicegate.observe.kafka.calls import LONGEST
from sluicegate.observe.kafka.client import PATIENCE, Client

T = TypeVar("T")
Found = dict[str, Any | KafkaError]
"""By topic: what the client made of the answer, or the broker's error."""
UNANSWERED = frozenset({FaultKind.UNREACHABLE, FaultKind.TIMED_OUT, FaultKind.AUTHENTICATION, FaultKind.TLS})


class Asking:
    """One order's questions after those of another. ``client`` asks; ``client.requests`` counts."""

    def __init__(self, config: ClientConfig) -> None:
        """KafkaException when librdkafka refuses a setting."""
        self.client = Client(config)
        self._silence: KafkaError | None = None

    def begin(self, *, limit: float) -> None:
        """From now on for another order, which may take ``limit`` seconds."""
        self.client.calls.deadline = time.monotonic() + limit
        self.client.requests.clear()
        self._silence = None

    def ask(
        self, api: str, keys: Sequence[str], call: Callable[[Sequence[str], float], Mapping[str, Future[Any]]]
    ) -> Found:
        """``call`` has a future for each of the keys that it is given, within so many seconds."""
        if self._silence is not None:
            return dict.fromkeys(keys, self._silence)
        calls = self.client.calls
        if calls.limit(LONGEST) <= 0:
            return dict.fromkeys(keys, KafkaError(KafkaError._TIMED_OUT, "there was no time left to ask for it"))
        self.client.requests[api] += 1
        pending = calls.submit_many(list(keys), lambda limit: dict(call(keys, limit)))
        found: Found = dict(calls.wait(pending, patience=PATIENCE))
        errors = [one for one in found.values() if isinstance(one, KafkaError)]
        if len(errors) < len(found) or not errors:
            calls.forget()
            return found
        if len(keys) > 1 and all(one.code() == KafkaError._INVALID_ARG for one in errors):
            # The client sends nothing at all when it does not like one of many.
            return {key: self.ask(api, [key], call)[key] for key in keys}
        if all(faults.kind_of(one) in UNANSWERED for one in errors):
            self._silence = errors[0]
        return found

    def described(self, names: Sequence[str]) -> Found:
        """Ids and partitions; creates no topic, even where auto.create.topics.enable is set."""
        return self.ask(
            "Metadata",
            names,
            lambda some, limit: self.client.calls.admin.describe_topics(
                TopicCollection(list(some)), request_timeout=limit
            ),
        )

    def silence(self) -> Fault | None:
        """Why nobody answers, in the words of the last connection error; None while somebody does."""
        if self._silence is None:
            return None
        return faults.of_access(
            self._silence,
            bootstrap=self.client.bootstrap,
            protocol=self.client.protocol,
            heard=self.client.calls.heard,
            closed=self.client.calls.closed,
        )


def batches(items: Iterable[T], *, size: int) -> Iterator[list[T]]:
    """``items`` in their order, at most ``size`` at once."""
    rest = iter(items)
    while some := list(islice(rest, size)):
        yield some
