"""A run on the real bed, measured so that the simulator can be asked to live the same: pods, pauses, every message.

Read from those who know: pods log when the group gives or takes partitions, the topics hold when each message was sent
and when its work was done. Times are unix seconds.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from statistics import mean, median, pstdev

import numpy as np
import numpy.typing as npt
from confluent_kafka import Consumer, KafkaError, Message
from confluent_kafka import TopicPartition as At

from sluicegate.model.observation import Observation
from sluicegate.simulate.seen import Law, Seen
from tests.support.app import App
from tests.support.broker import LIMIT, Broker


@dataclass(frozen=True, kw_only=True)
class Joining:
    """How pods ordered at one moment came to work, in seconds: ``start`` from the order until a partition is taken from
    its old owner for them (mean), ``noise`` its standard deviation, ``pause`` until the new owner has it (median)."""

    start: float
    noise: float
    pause: float


@dataclass(frozen=True, kw_only=True)
class Handling:
    """When each message was sent, in order, and how long after that its work was done (seconds)."""

    sent: npt.NDArray[np.float64]
    delays: npt.NDArray[np.float64]

    def arrivals(self, *, began: float, ended: float) -> npt.NDArray[np.float64]:
        """Messages by whole seconds from ``began``; what was sent earlier counts for the first."""
        seconds = int(ended - began)
        counts, _ = np.histogram(np.maximum(self.sent, began) - began, bins=np.arange(seconds + 1))
        return counts.astype(np.float64)

    def late_percent(self, *, objective: float) -> float:
        return 100 * float((self.delays > objective).mean())


class Later:
    """``law`` in a simulated world that begins ``by`` seconds later: those begin at a full minute, real ones do not."""

    def __init__(self, law: Law, *, by: float) -> None:
        self._law, self._by = law, by

    @property
    def period(self) -> float:
        return self._law.period

    def __call__(self, seen: Seen) -> int | None:
        return self._law(replace(seen, observation=lambda: self._later(seen.observation())))

    def _later(self, seen: Observation) -> Observation:
        by, group = self._by, seen.group
        parts = [
            replace(part, at=part.at + by, earlier=part.earlier and (part.earlier[0], part.earlier[1] + by))
            for part in seen.partitions
        ]
        return replace(
            seen,
            at=seen.at + by,
            partitions=tuple(parts),
            group=group and replace(group, described_at=group.described_at + by),
        )


def joining(app: App, *, ordered: float) -> Joining:
    """How the pods that were ordered at ``ordered`` joined, by the logs of all that run now."""
    given: dict[str, float] = {}
    taken: dict[int, float] = {}
    first: dict[int, float] = {}
    for pod, at, event, partitions in sorted(_changes(app), key=lambda change: change[1]):
        if at < ordered:
            continue
        for partition in partitions:
            if event == "revoked":
                taken[partition] = at
            elif event == "assigned":
                given.setdefault(pod, at)
                if partition in taken:
                    first.setdefault(partition, at - taken[partition])
    assert first, f"no pod of {app.name} took over a partition"
    pause = median(first.values())
    takes = [at - ordered - pause for at in given.values()]
    return Joining(start=mean(takes), noise=pstdev(takes), pause=pause)


def _changes(app: App) -> Iterator[tuple[str, float, str, list[int]]]:
    """(pod, when, what, partitions) of every change of hands that the consumers logged."""
    for pod in app.cluster.list("pods", namespace=app.namespace, selector=f"app.kubernetes.io/name={app.name}"):
        name = pod["metadata"]["name"]
        for line in app.cluster.run("logs", "-n", app.namespace, name).splitlines():
            fact = json.loads(line) if line.startswith("{") else {}
            if fact.get("event") in ("assigned", "revoked") and fact["partitions"]:
                yield name, fact["at"], fact["event"], fact["partitions"]


def handling(broker: Broker, *, topic: str, results: str) -> Handling:
    """All messages of ``topic``; AssertionError when one has no result. A message handled twice counts once."""
    done: dict[tuple[int, int], float] = {}
    for message in _records(broker, results):
        fact = json.loads(message.value() or b"{}")
        place = (fact["p"], fact["o"])
        done[place] = min(fact["handled"] / 1000, done.get(place, float("inf")))
    pairs = []
    for message in _records(broker, topic):
        sent = message.timestamp()[1] / 1000
        place = (message.partition() or 0, message.offset() or 0)
        assert place in done, f"message {place} of {topic} was never handled"
        pairs.append((sent, done[place] - sent))
    times = np.array(sorted(pairs))
    return Handling(sent=times[:, 0], delays=times[:, 1])


def _records(broker: Broker, topic: str) -> Iterator[Message]:
    ends = broker.ends(topic)
    reader = Consumer({"bootstrap.servers": broker.bootstrap, "group.id": topic, "enable.partition.eof": True})
    reader.assign([At(topic, partition, 0) for partition in ends])
    left = len(ends)
    while left:
        for message in reader.consume(num_messages=1000, timeout=LIMIT):
            error = message.error()
            if error is None:
                yield message
            else:
                assert error.code() == KafkaError._PARTITION_EOF, error
                left -= 1
    reader.close()
