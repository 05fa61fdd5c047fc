"""One cluster as the sweep uses it: few questions, many answers, each a value or the broker's error.

Everything blocks the calling thread, never longer than a call's limit and the sweep's deadline.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from confluent_kafka import (
    OFFSET_END,
    ConsumerGroupTopicPartitions,
    IsolationLevel,
    KafkaError,
    KafkaException,
    TopicCollection,
    TopicPartition,
)
from confluent_kafka.admin import OffsetSpec  # type: ignore[attr-defined]

from sluicegate.model.kafka import ClientConfig
from sluicegate.observe.kafka.admin import At
from sluicegate.observe.kafka.calls import Calls, late

LONGEST_METADATA = 3.0
"""Seconds for metadata: the controller is asked first, then any broker."""
PATIENCE = 2.0
"""Seconds that metadata are waited for once the client has said why no broker answers: more than one back-off."""
LONGEST_LIST = 3.0
"""Seconds for the leaders to tell offsets. librdkafka takes it twice: to learn the leaders, and to ask them."""
LONGEST_PAST = 2.0
"""Seconds for where partitions ended before, twice as well: nobody should wait long for what only helps."""


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
    """``requests`` counts calls by API: librdkafka adds one FindCoordinator per group and splits ListOffsets by leader.
    ``bootstrap`` and ``protocol`` are the settings that sentences name.
    """

    def __init__(self, config: ClientConfig) -> None:
        """KafkaException when librdkafka refuses a setting."""
        settings = dict(config.settings)
        self.bootstrap = settings["bootstrap.servers"]
        self.protocol = settings.get("security.protocol", "PLAINTEXT")
        self.requests: Counter[str] = Counter()
        self.calls = Calls(config)

    def cluster(self) -> Cluster | KafkaError:
        """Its id and number of brokers, by the controller."""
        self.requests["Metadata"] += 1
        pending = self.calls.submit(
            lambda limit: self.calls.admin.describe_cluster(request_timeout=limit), longest=LONGEST_METADATA
        )
        found = self.calls.wait({"": pending}, patience=PATIENCE)[""]
        if isinstance(found, KafkaError):
            return found
        return Cluster(id=found.cluster_id, brokers=len(found.nodes))

    def topics(self, names: Iterable[str]) -> dict[str, Topic | KafkaError]:
        """Ids and leaders, by the controller. Creates no topic, even where auto.create.topics.enable is set."""
        asked = sorted(names)
        if not asked:
            return {}
        self.requests["Metadata"] += 1
        pending = self.calls.submit_many(
            asked,
            lambda limit: self.calls.admin.describe_topics(TopicCollection(asked), request_timeout=limit),
            longest=LONGEST_METADATA,
        )
        return {
            name: found if isinstance(found, KafkaError) else _described(found)
            for name, found in self.calls.wait(pending, patience=PATIENCE).items()
        }

    def everything(self) -> tuple[Cluster, dict[str, Topic | KafkaError]] | KafkaError:
        """The cluster and all its topics, without topic ids, by whichever broker answers."""
        limit = self.calls.limit(LONGEST_METADATA)
        if limit <= 0:
            return late()
        self.requests["Metadata"] += 1
        try:
            found = self.calls.admin.list_topics(timeout=limit)
        except KafkaException as error:
            self.calls.listen()
            return self.calls.clean(error.args[0])
        topics = {name: topic.error or _listed(topic) for name, topic in found.topics.items()}
        return Cluster(id=found.cluster_id, brokers=len(found.brokers)), topics

    def offsets(self, asked: Sequence[At], *, only_end: Sequence[At] = ()) -> tuple[Offsets, Offsets, Offsets]:
        """(start, end, last stable) offsets, asked for together; of those in ``only_end`` just the end."""
        pending = (
            self._list_offsets(asked, OffsetSpec.earliest(), IsolationLevel.READ_UNCOMMITTED),
            self._list_offsets((*asked, *only_end), OffsetSpec.latest(), IsolationLevel.READ_UNCOMMITTED),
            self._list_offsets(asked, OffsetSpec.latest(), IsolationLevel.READ_COMMITTED),
        )
        start, end, stable = (self._offsets(at, future) for at, future in pending)
        return start, end, stable

    def first_since(self, stamps: Mapping[At, int]) -> dict[At, tuple[int | None, int]]:
        """(offset, stamp) of each partition's first message that is stamped at or after its time in ``stamps``
        (milliseconds since 1970), the offset None where there is none. Partitions that did not tell are left out.
        """
        if not stamps:
            return {}
        self.requests["ListOffsets"] += 1
        pending = self.calls.submit(lambda limit: self.calls.admin.since(stamps, limit), longest=LONGEST_PAST)
        found = self.calls.wait({"": pending})[""]
        if isinstance(found, KafkaError):
            return {}
        return {
            (at.topic, at.partition): (None if one.offset == OFFSET_END else int(one.offset), int(one.timestamp))
            for at, one in found.items()
            if not isinstance(one, KafkaError) and (one.offset >= 0 or one.offset == OFFSET_END)
        }

    def committed(
        self,
        groups: Mapping[str, Sequence[At] | None],
        *,
        tell: Callable[[str, Committed | KafkaError, float], None],
    ) -> None:
        """The committed offsets of each group, on these partitions or (None) wherever it has some; ``tell`` has the
        monotonic time at which they came.
        """

        def ask(group: str) -> Future[Any]:
            self.requests["OffsetFetch"] += 1
            at = groups[group]
            partitions = [TopicPartition(topic, number) for topic, number in at] if at else None
            question = [ConsumerGroupTopicPartitions(group, partitions)]
            return self.calls.submit(
                lambda limit: self.calls.admin.list_consumer_group_offsets(question, request_timeout=limit)[group]
            )

        self.calls.each(
            tuple(groups),
            ask=ask,
            tell=lambda group, found, at: tell(
                group, found if isinstance(found, KafkaError) else _committed(found), at
            ),
        )

    def describe(self, groups: Sequence[str], *, tell: Callable[[str, Any | KafkaError, float], None]) -> None:
        """The description of each group, one request per group; ``tell`` as in `committed`."""

        def ask(group: str) -> Future[Any]:
            self.requests["DescribeGroups"] += 1
            return self.calls.submit(
                lambda limit: self.calls.admin.describe_consumer_groups([group], request_timeout=limit)[group]
            )

        self.calls.each(groups, ask=ask, tell=tell)

    def _list_offsets(
        self, asked: Sequence[At], spec: OffsetSpec, isolation: IsolationLevel, *, longest: float = LONGEST_LIST
    ) -> tuple[Sequence[At], Future[Any]]:
        if not asked:
            nothing: Future[Any] = Future()
            nothing.set_result({})
            return asked, nothing
        self.requests["ListOffsets"] += 1
        return asked, self.calls.submit(
            lambda limit: self.calls.admin.offsets(asked, spec, isolation, limit), longest=longest
        )

    def _offsets(self, asked: Sequence[At], pending: Future[Any]) -> Offsets:
        found = self.calls.wait({"": pending})[""]
        if isinstance(found, KafkaError):
            return dict.fromkeys(asked, found)
        return {(at.topic, at.partition): self._offset(one) for at, one in found.items()}

    def _offset(self, found: Any | KafkaError) -> int | KafkaError:
        """librdkafka tells no error for a partition whose leader did not answer, only an offset that cannot be."""
        if isinstance(found, KafkaError):
            return self.calls.clean(found)
        if found.offset >= 0:
            return int(found.offset)
        return KafkaError(KafkaError.LEADER_NOT_AVAILABLE, "its leader did not answer")


def _described(found: Any) -> Topic:
    id_ = str(found.topic_id)
    leaders = {one.id: one.leader.id if one.leader is not None else None for one in found.partitions}
    # Brokers that know no topic ids answer zeros, which are As in base64.
    return Topic(id=None if set(id_) <= {"A"} else id_, leaders=leaders)


def _listed(found: Any) -> Topic:
    return Topic(
        id=None, leaders={id_: one.leader if one.leader >= 0 else None for id_, one in found.partitions.items()}
    )


def _committed(found: Any) -> Committed:
    return {
        (at.topic, at.partition): Offset(value=at.offset if not at.error and at.offset >= 0 else None, error=at.error)
        for at in found.topic_partitions
    }
