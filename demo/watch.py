"""Looking at cluster and broker once a second while an act goes on, and telling when things are calm.

An act waits by `Watch.until`; each look becomes a `Sample` for the timeline and a glance for whoever looks on.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from confluent_kafka import KafkaException
from kubernetes.client.exceptions import ApiException

from demo.broker import Broker, Reading
from demo.cluster import Cluster
from demo.errors import DemoError
from demo.show import Glance, Show
from demo.timeline import Sample

UNANSWERED_LIMIT = 15
"""So many looks in a row without an answer end the demo."""


class Watch:
    """``app`` names the Deployment and its KafkaConsumerApp, ``topic`` what they consume; a lag below ``little``
    messages is that of a group at rest."""

    last_word = "nothing yet"
    """The message of the operator's last decision, for people."""
    capacity: float | None = None
    """What one replica handles, as the app's status said last (messages a second)."""
    capacity_source = ""
    """And where it has that from: Declared, Learned, Probing; empty before the status said anything."""

    def __init__(
        self, *, cluster: Cluster, broker: Broker, reading: Reading, show: Show, app: str, topic: str, little: int
    ) -> None:
        self.samples: list[Sample] = []
        self.reading = reading
        self._cluster = cluster
        self._broker = broker
        self._show = show
        self._app = app
        self._topic = topic
        self._little = little
        self._counts: deque[tuple[float, int, int]] = deque(maxlen=6)
        self._calm_since = time.time()
        self._rest_since = time.time()
        self._unanswered = 0

    def until(self, done: Callable[[], bool], *, limit: float, why: str = "") -> bool:
        """Sample until ``done``. After ``limit`` seconds: DemoError with ``why``, or False where there is none."""
        ends = time.monotonic() + limit
        while time.monotonic() < ends:
            begun = time.monotonic()
            self._look()
            if done():
                return True
            time.sleep(max(0.05, 1.0 - (time.monotonic() - begun)))
        if why:
            raise DemoError(f"{why} within {limit:.0f} s; the operator's last word: {self.last_word!r}")
        return False

    @property
    def calm_s(self) -> float:
        """For how long replicas, ready pods and members have been one and the same number, with little lag."""
        return time.time() - self._calm_since

    @property
    def rest_s(self) -> float:
        """For how long nothing has been sent and nothing has waited."""
        return time.time() - self._rest_since

    def _look(self) -> None:
        if self.reading.failure is not None:
            raise DemoError(self.reading.failure)
        try:
            view = self._cluster.app(self._app)
            lag, members = self._broker.lag(self._topic), self._broker.members()
        except (KafkaException, ApiException) as failure:
            # A moment without an answer is a moment without a sample, and calm cannot be told from it.
            self._calm_since = self._rest_since = time.time()
            self._unanswered += 1
            if self._unanswered >= UNANSWERED_LIMIT:
                raise DemoError(f"cluster and broker stopped answering: {_words(failure)}") from failure
            return
        self._unanswered = 0
        now = time.time()
        before = self.samples[-1] if self.samples else None
        sample = Sample(
            at=now,
            replicas=view.replicas,
            ready=view.ready,
            wanted=view.wanted,
            cap=view.cap,
            limited_by=view.limited_by,
            lag=lag,
            members=members,
        )
        self.samples.append(sample)
        self.last_word = view.message or self.last_word
        self.capacity, self.capacity_source = view.capacity, view.capacity_source
        level = view.desired == view.replicas == view.ready == members and lag < self._little
        if not level or before is None or before.replicas != view.replicas:
            self._calm_since = now
        sent, handled = self.reading.accounts.counts()
        if lag or handled < sent or (self._counts and self._counts[-1][1] != sent):
            self._rest_since = now
        self._show.glance(self._glance(sample))

    def _glance(self, sample: Sample) -> Glance:
        self._counts.append((sample.at, *self.reading.accounts.counts()))
        (since, sent, handled), (until, sent_now, handled_now) = self._counts[0], self._counts[-1]
        length = max(until - since, 1.0)
        oldest = self.reading.accounts.oldest_waiting()
        return Glance(
            second=sample.at - self.samples[0].at,
            arriving=(sent_now - sent) / length,
            handled=(handled_now - handled) / length,
            lag=sample.lag,
            age_s=max(0.0, sample.at - oldest) if oldest is not None else 0.0,
            replicas=sample.replicas,
            ready=sample.ready,
            members=sample.members,
            wanted=sample.wanted,
            cap=sample.cap,
            limited_by=sample.limited_by,
        )


def _words(failure: Exception) -> str:
    """One line of it: the API client's exceptions print headers and bodies, too."""
    return f"{failure.status} {failure.reason}" if isinstance(failure, ApiException) else str(failure)
