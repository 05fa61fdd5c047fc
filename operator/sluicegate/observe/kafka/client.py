"""One AdminClient as the sweep uses it: few calls, many answers, each a value or the broker's error.

Everything blocks the calling thread, never longer than a call's limit and the seconds left until ``deadline``.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar

from confluent_kafka import (
    ConsumerGroupTopicPartitions,
    IsolationLevel,
    KafkaError,
    KafkaException,
    TopicCollection,
    TopicPartition,
)
from confluent_kafka.admin import AdminClient, OffsetSpec  # type: ignore[attr-defined]

from sluicegate.model.kafka import ClientConfig
from sluicegate.observe.kafka import faults
from sluicegate.observe.kafka.ear import Ear
from sluicegate.observe.kafka.redact import redact, redact_error, secrets_of
from sluicegate.observe.kafka.window import in_window

K = TypeVar("K")
LONGEST_REQUEST = 6.0
"""Seconds for one call; a leader that is down costs the rest of the sweep so much, once."""
LONGEST_METADATA = 3.0
"""Seconds for metadata: it is asked of the controller first, then of any broker."""
PATIENCE = 2.0
"""Seconds that metadata are waited for once the client has said why no broker answers: more than one back-off."""
LONGEST_LIST = 3.0
"""Seconds for the leaders to tell offsets. librdkafka takes it twice: to learn the leaders, and to ask them."""
GRACE = 1.0
"""Seconds after a call's own time-out until it counts as lost."""
SLICE = 0.25
"""Seconds between two looks at what the client reports of its connections."""
REASONS_KEPT = 32
DEFINITE = frozenset({KafkaError._ALL_BROKERS_DOWN, KafkaError._AUTHENTICATION, KafkaError._SSL, KafkaError._RESOLVE})
"""Connection errors after which an answer is not to be expected, unless it comes from another broker soon."""

At = tuple[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    id: str | None
    brokers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """``id`` None where the broker tells none. ``leaders`` broker id by partition, None while there is no leader."""

    id: str | None
    leaders: Mapping[int, int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offset:
    """A committed offset. ``value`` None without ``error``: the group never committed here."""

    value: int | None
    error: KafkaError | None = None


Offsets = dict[At, int | KafkaError]
Committed = dict[At, Offset]


class Client:
    """``heard`` the connection errors since the last `forget`, newest last; ``closed`` how the last connection that
    failed without one did. ``requests`` counts calls by API: librdkafka adds one FindCoordinator per group and splits
    ListOffsets by leader.
    """

    def __init__(self, config: ClientConfig) -> None:
        """KafkaException when librdkafka refuses a setting."""
        settings: dict[str, Any] = dict(config.settings)
        self.bootstrap: str = settings["bootstrap.servers"]
        self.protocol: str = settings.get("security.protocol", "PLAINTEXT")
        self.heard: deque[KafkaError] = deque(maxlen=REASONS_KEPT)
        self.closed = ""
        self.requests: Counter[str] = Counter()
        self.deadline = 0.0
        self._secrets = secrets_of(config)
        self._settings = settings | {"error_cb": self._hear, "logger": Ear(self._hear_closing)}
        self._admin = AdminClient(self._settings)

    def left(self) -> float:
        """Seconds until the deadline."""
        return self.deadline - time.monotonic()

    def last_heard(self) -> str:
        """The newest connection error in words, empty without one."""
        return faults.words(self.heard[-1]) if self.heard else ""

    def is_hopeless(self) -> bool:
        """Whether the connection errors since the last success say that no broker will answer."""
        return any(error.code() in DEFINITE for error in self.heard)

    def cluster(self) -> Cluster | KafkaError:
        """Its id and number of brokers, by the controller."""
        self.requests["Metadata"] += 1
        pending = self._submit(lambda limit: self._admin.describe_cluster(request_timeout=limit), LONGEST_METADATA)
        found = self._gather({"": pending}, patience=PATIENCE)[""]
        if isinstance(found, KafkaError):
            return found
        return Cluster(id=found.cluster_id, brokers=len(found.nodes))

    def topics(self, names: Iterable[str]) -> dict[str, Topic | KafkaError]:
        """Ids and leaders, by the controller. Creates no topic, even where auto.create.topics.enable is set."""
        asked = sorted(names)
        if not asked:
            return {}
        self.requests["Metadata"] += 1
        pending = self._submit_many(
            asked,
            lambda limit: self._admin.describe_topics(TopicCollection(asked), request_timeout=limit),
            LONGEST_METADATA,
        )
        return {
            name: found if isinstance(found, KafkaError) else _described(found)
            for name, found in self._gather(pending, patience=PATIENCE).items()
        }

    def everything(self) -> tuple[Cluster, dict[str, Topic | KafkaError]] | KafkaError:
        """The cluster and all its topics, without topic ids, by whichever broker answers."""
        limit = min(LONGEST_METADATA, self.left())
        if limit <= 0:
            return _late()
        self.requests["Metadata"] += 1
        try:
            found = self._admin.list_topics(timeout=limit)
        except KafkaException as error:
            self.listen()
            return redact_error(error.args[0], self._secrets)
        topics = {name: topic.error or _listed(topic) for name, topic in found.topics.items()}
        return Cluster(id=found.cluster_id, brokers=len(found.brokers)), topics

    def offsets(self, asked: Sequence[At]) -> tuple[Offsets, Offsets, Offsets]:
        """(start, end, last stable) offsets, the three asked for together."""
        pending = (
            self._list_offsets(asked, OffsetSpec.earliest(), IsolationLevel.READ_UNCOMMITTED),
            self._list_offsets(asked, OffsetSpec.latest(), IsolationLevel.READ_UNCOMMITTED),
            self._list_offsets(asked, OffsetSpec.latest(), IsolationLevel.READ_COMMITTED),
        )
        start, end, stable = (_offsets(self._gather(one)) for one in pending)
        return start, end, stable

    def committed(
        self,
        groups: Mapping[str, Sequence[At] | None],
        *,
        each: Callable[[str, Committed | KafkaError, float], None],
    ) -> None:
        """The committed offsets of each group, on these partitions or (None) wherever it has some, to ``each`` with
        the monotonic time at which they came.
        """

        def ask(group: str) -> Future[Any]:
            self.requests["OffsetFetch"] += 1
            at = groups[group]
            partitions = [TopicPartition(topic, number) for topic, number in at] if at else None
            question = [ConsumerGroupTopicPartitions(group, partitions)]
            return self._submit(
                lambda limit: self._admin.list_consumer_group_offsets(question, request_timeout=limit)[group]
            )

        self._ask_groups(
            tuple(groups),
            ask=ask,
            each=lambda group, found, at: each(
                group, found if isinstance(found, KafkaError) else _committed(found), at
            ),
        )

    def describe(self, groups: Sequence[str], *, each: Callable[[str, Any | KafkaError, float], None]) -> None:
        """The description of each group (one request per group) to ``each``, as `committed` does."""

        def ask(group: str) -> Future[Any]:
            self.requests["DescribeGroups"] += 1
            return self._submit(
                lambda limit: self._admin.describe_consumer_groups([group], request_timeout=limit)[group]
            )

        self._ask_groups(groups, ask=ask, each=each)

    def _ask_groups(
        self,
        groups: Sequence[str],
        *,
        ask: Callable[[str], Future[Any]],
        each: Callable[[str, Any | KafkaError, float], None],
    ) -> None:
        late = False
        for one in in_window(groups, ask=ask, longest=LONGEST_REQUEST + GRACE, idle=self.listen):
            found = self._outcome(one.future)
            late = late or (isinstance(found, KafkaError) and found.code() == KafkaError._TIMED_OUT)
            each(one.group, found, one.at)
        if late:
            # librdkafka 2.16.0 keeps a request to a coordinator that is down, beyond its time-out, and brings the
            # process down when that coordinator comes back. It also keeps the coordinator. A new client has neither.
            self._admin = AdminClient(self._settings)

    def listen(self) -> None:
        """Let the error callback and token refreshes run."""
        while self._admin.poll(0):
            continue

    def forget(self) -> None:
        """All is well: earlier connection errors are no reason for anything to come."""
        self.heard.clear()
        self.closed = ""

    def _hear(self, error: KafkaError) -> None:
        self.heard.append(redact_error(error, self._secrets))

    def _hear_closing(self, line: str) -> None:
        self.closed = redact(faults.plain(line), self._secrets)

    def _list_offsets(self, asked: Sequence[At], spec: OffsetSpec, isolation: IsolationLevel) -> dict[Any, Future[Any]]:
        if not asked:
            return {}
        self.requests["ListOffsets"] += 1
        question = {TopicPartition(topic, partition): spec for topic, partition in asked}
        return self._submit_many(
            list(question),
            lambda limit: self._admin.list_offsets(question, isolation_level=isolation, request_timeout=limit),
            LONGEST_LIST,
        )

    def _submit(self, call: Callable[[float], Future[Any]], longest: float = LONGEST_REQUEST) -> Future[Any]:
        return self._submit_many([""], lambda limit: {"": call(limit)}, longest)[""]

    def _submit_many(
        self, keys: Sequence[K], call: Callable[[float], dict[K, Future[Any]]], longest: float = LONGEST_REQUEST
    ) -> dict[K, Future[Any]]:
        limit = min(longest, self.left())
        failure = KafkaException(_late())
        if limit > 0:
            try:
                return call(limit)
            except KafkaException as error:
                failure = error
        failed: Future[Any] = Future()
        failed.set_exception(failure)
        return dict.fromkeys(keys, failed)

    def _gather(
        self, pending: Mapping[K, Future[Any]], *, patience: float = LONGEST_REQUEST
    ) -> dict[K, Any | KafkaError]:
        """The outcome of each; after ``patience`` seconds only while there is hope."""
        began = time.monotonic()
        for future in pending.values():
            while not future.done():
                waited = time.monotonic() - began
                if waited > LONGEST_REQUEST + GRACE or (waited > patience and self.is_hopeless()):
                    break
                try:
                    future.exception(timeout=SLICE)
                except TimeoutError:
                    self.listen()
        self.listen()
        return {key: self._outcome(future) for key, future in pending.items()}

    def _outcome(self, future: Future[Any]) -> Any | KafkaError:
        if not future.done():
            return KafkaError(KafkaError._TIMED_OUT, "no answer came")
        failure = future.exception()
        if failure is None:
            return future.result()
        if isinstance(failure, KafkaException) and failure.args and isinstance(failure.args[0], KafkaError):
            return redact_error(failure.args[0], self._secrets)
        return KafkaError(KafkaError._FAIL, f"{type(failure).__name__}: {failure}")


def _late() -> KafkaError:
    return KafkaError(KafkaError._TIMED_OUT, "the sweep's time was over before this was asked")


def _described(found: Any) -> Topic:
    id_ = str(found.topic_id)
    leaders = {one.id: one.leader.id if one.leader is not None else None for one in found.partitions}
    # Brokers that know no topic ids answer zeros, which are As in base64.
    return Topic(id=None if set(id_) <= {"A"} else id_, leaders=leaders)


def _listed(found: Any) -> Topic:
    return Topic(
        id=None, leaders={id_: one.leader if one.leader >= 0 else None for id_, one in found.partitions.items()}
    )


def _offsets(found: Mapping[Any, Any | KafkaError]) -> Offsets:
    return {(at.topic, at.partition): one if isinstance(one, KafkaError) else _offset(one) for at, one in found.items()}


def _offset(found: Any) -> int | KafkaError:
    """librdkafka tells no error for a partition whose leader did not answer, only an offset that cannot be."""
    if found.offset >= 0:
        return int(found.offset)
    return KafkaError(KafkaError.LEADER_NOT_AVAILABLE, "its leader did not answer")


def _committed(found: Any) -> Committed:
    return {
        (at.topic, at.partition): Offset(value=at.offset if not at.error and at.offset >= 0 else None, error=at.error)
        for at in found.topic_partitions
    }
