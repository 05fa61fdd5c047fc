"""The cluster's shape: its id, its brokers, its topics' ids and leaders.

Topic ids come only from the controller. While that is away the rest of the cluster may be well, so any broker is
asked then, for a while at once; no answer from either means that the cluster cannot be reached.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from confluent_kafka import KafkaError

from sluicegate.model.kafka import Fault, FaultKind
from sluicegate.observe.kafka import faults
from sluicegate.observe.kafka.client import Client, Cluster, Topic

CLUSTER_AGE = 60.0
"""Seconds for which the cluster's id and number of brokers are believed."""
WITHOUT_CONTROLLER = 60.0
"""Seconds for which a controller that did not answer is not asked again."""
NOT_THERE = frozenset({FaultKind.UNREACHABLE, FaultKind.TIMED_OUT, FaultKind.AUTHENTICATION, FaultKind.TLS})


class Unreachable(Exception):
    """No broker tells anything; ``fault`` says why in words for users."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


class Metadata:
    """``cluster`` as last seen, None before the first answer."""

    def __init__(self, client: Client, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.cluster: Cluster | None = None
        self._client = client
        self._monotonic = monotonic
        self._cluster_until = 0.0
        self._controller_from = 0.0

    def read(self, names: Iterable[str]) -> dict[str, Topic | KafkaError]:
        """What is known of each of ``names``; asks something even for none. Unreachable when nothing answers."""
        wanted = sorted(set(names))
        failure: KafkaError | None = None
        if self._monotonic() >= self._controller_from:
            failure = self._see_cluster(wanted) or self._failure(topics := self._client.topics(wanted))
            if failure is None:
                self._client.calls.forget()
                return topics
        if failure is not None and self._client.calls.is_hopeless():
            raise self._unreachable(failure)
        return self._by_any_broker(wanted, failure)

    def _see_cluster(self, wanted: list[str]) -> KafkaError | None:
        now = self._monotonic()
        if wanted and now < self._cluster_until:
            return None
        found = self._client.cluster()
        if isinstance(found, KafkaError):
            # Clusters may forbid DescribeCluster; its topics can be read all the same.
            return found if faults.kind_of(found) in NOT_THERE else None
        self.cluster, self._cluster_until = found, now + CLUSTER_AGE
        return None

    def _failure(self, topics: dict[str, Topic | KafkaError]) -> KafkaError | None:
        """The error that hides the whole cluster; errors of single topics do not."""
        errors = [found for found in topics.values() if isinstance(found, KafkaError)]
        if errors and len(errors) == len(topics) and faults.kind_of(errors[0]) in NOT_THERE:
            return errors[0]
        return None

    def _by_any_broker(self, wanted: list[str], failure: KafkaError | None) -> dict[str, Topic | KafkaError]:
        found = self._client.everything()
        if isinstance(found, KafkaError):
            self._controller_from = 0.0
            raise self._unreachable(failure or found)
        self._client.calls.forget()
        if self._monotonic() >= self._controller_from:
            self._controller_from = self._monotonic() + WITHOUT_CONTROLLER
        self.cluster, topics = found
        return {name: topics.get(name) or _not_there(name) for name in wanted}

    def _unreachable(self, error: KafkaError) -> Unreachable:
        client = self._client
        return Unreachable(
            faults.of_access(
                error,
                bootstrap=client.bootstrap,
                protocol=client.protocol,
                heard=client.calls.heard,
                closed=client.calls.closed,
            )
        )


def _not_there(name: str) -> KafkaError:
    return KafkaError(KafkaError.UNKNOWN_TOPIC_OR_PART, f"no broker lists topic {name!r}")
