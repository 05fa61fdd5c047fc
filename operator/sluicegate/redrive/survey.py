"""What a redrive must know of the cluster before its first record: partitions, offsets, limits, former progress."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from confluent_kafka import Consumer, IsolationLevel, KafkaException, TopicPartition
from confluent_kafka.admin import (  # type: ignore[attr-defined]
    AdminClient,
    ConfigResource,
    OffsetSpec,
    ResourceType,
)

from sluicegate.model.kafka import FaultKind
from sluicegate.observe.kafka import faults
from sluicegate.redrive.clients import Heard
from sluicegate.redrive.fate import Room
from sluicegate.redrive.order import RedriveOrder
from sluicegate.redrive.refusal import Refusal
from sluicegate.redrive.standing import Standing, decode
from sluicegate.redrive.track import Track

LIMIT = 8.0
"""Seconds for each question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """``tracks`` by partition of the dead-letter topic, ``here`` how many it has; ``rooms`` the topics to write to that
    exist; ``ahead``, ``repeated`` and ``proved`` as a former process left them (`Standing`)."""

    tracks: Mapping[int, Track]
    here: int
    rooms: Mapping[str, Room]
    ahead: int = 0
    repeated: int = 0
    proved: bool = False


class Surveyor:
    """Asks once. KafkaException when a broker does not answer: ask again."""

    def __init__(
        self, order: RedriveOrder, *, reader: Consumer, settler: Consumer, admin: AdminClient, heard: Heard
    ) -> None:
        self._order = order
        self._reader = reader
        self._settler = settler
        self._admin = admin
        self._heard = heard

    def survey(self) -> Survey:
        """Refusal when what the order asks for cannot be."""
        order = self._order
        _no_cycle(order)
        here = self._partitions(order.dead_letter)
        if here is None:
            raise Refusal(f"the dead-letter topic {order.dead_letter!r} does not exist: nothing can be redriven")
        rooms = self._rooms()
        starts, ends = self._offsets(here, OffsetSpec.earliest()), self._offsets(here, OffsetSpec.latest())
        # A dry run says what there is: it goes on from nothing, and leaves nothing.
        former = {} if order.spec.dry_run else self._former(here)
        settled = self._committed(self._settler, order.settled, here)
        wanted = {int(partition): offset for partition, offset in order.spec.select.offsets.items()}
        if wanted and (wrong := [partition for partition in wanted if partition >= here]):
            raise Refusal(
                f"spec.select.offsets: {order.dead_letter!r} has no partition {min(wrong)}: it has 0 to {here - 1}"
            )
        tracks: dict[int, Track] = {}
        for partition in range(here):
            if partition in former:
                tracks[partition] = former[partition].track()
                continue
            # Partitions that were added after the first start are no part of this run.
            if former or (order.ends is not None and partition not in order.ends):
                continue
            if wanted and partition not in wanted:
                continue
            low = starts[partition]
            stood = max(low, settled.get(partition, (low, ""))[0])
            begin = max(low, wanted[partition]) if wanted else stood
            end = ends[partition] if order.ends is None else order.ends[partition]
            tracks[partition] = Track(position=begin, end=end, settled=stood)
        return Survey(
            tracks=tracks,
            here=here,
            rooms=rooms,
            ahead=max((one.ahead for one in former.values()), default=0),
            repeated=max((one.repeated for one in former.values()), default=0),
            proved=any(one.proved for one in former.values()),
        )

    def _rooms(self) -> dict[str, Room]:
        order = self._order
        rooms: dict[str, Room] = {}
        names = [*order.targets, *([order.parking] if order.parking else [])]
        counts = {name: self._partitions(name) for name in names}
        there = [name for name, count in counts.items() if count is not None]
        most = self._most_bytes(there)
        for name in there:
            rooms[name] = Room(partitions=counts[name] or 0, most=most.get(name))
        missing = [name for name in order.targets if name not in rooms]
        if missing and len(missing) == len(order.targets):
            raise Refusal(f"topic {missing[0]!r} does not exist: create it, or redrive to another one with spec.to")
        return rooms

    def _partitions(self, topic: str) -> int | None:
        found = self._reader.list_topics(topic, timeout=LIMIT).topics[topic]
        if found.error is None:
            return len(found.partitions)
        kind = faults.kind_of(found.error)
        if kind is FaultKind.UNKNOWN_TOPIC:
            return None
        if kind is FaultKind.DENIED:
            raise self._heard.refused(
                found.error,
                what=f"topic {topic!r} may not be described",
                remedy="grant Describe and, on the dead-letter topic, Read, on the others Write to the operator's user",
            )
        raise KafkaException(found.error)

    def _most_bytes(self, topics: Iterable[str]) -> dict[str, int]:
        """max.message.bytes by topic, of those that may be described."""
        asked = [ConfigResource(ResourceType.TOPIC, topic) for topic in topics]
        found: dict[str, int] = {}
        if not asked:
            return found
        for resource, future in self._admin.describe_configs(asked, request_timeout=LIMIT).items():
            try:
                found[resource.name] = int(future.result(LIMIT)["max.message.bytes"].value)
            except KafkaException as error:
                if faults.kind_of(error.args[0]) is not FaultKind.DENIED:
                    raise
        return found

    def _offsets(self, here: int, spec: Any) -> dict[int, int]:
        asked = {TopicPartition(self._order.dead_letter, partition): spec for partition in range(here)}
        found = self._admin.list_offsets(asked, isolation_level=IsolationLevel.READ_COMMITTED, request_timeout=LIMIT)
        return {at.partition: future.result(2 * LIMIT).offset for at, future in found.items()}

    def _former(self, here: int) -> dict[int, Standing]:
        told = self._committed(self._reader, self._order.group, here)
        standings = {partition: decode(offset, metadata) for partition, (offset, metadata) in told.items()}
        return {partition: standing for partition, standing in standings.items() if standing is not None}

    def _committed(self, asker: Consumer, group: str, here: int) -> dict[int, tuple[int, str | None]]:
        asked = [TopicPartition(self._order.dead_letter, partition) for partition in range(here)]
        try:
            found = asker.committed(asked, timeout=LIMIT)
        except KafkaException as error:
            raise self._may_be_denied(error, group) from None
        for at in found:
            if at.error is not None:
                raise self._may_be_denied(KafkaException(at.error), group)
        return {at.partition: (at.offset, at.metadata) for at in found if at.offset >= 0}

    def _may_be_denied(self, error: KafkaException, group: str) -> Exception:
        if faults.kind_of(error.args[0]) is not FaultKind.DENIED:
            return error
        return self._heard.refused(
            error.args[0],
            what=f"the offsets of group {group!r} may not be read",
            remedy="grant Read on this group to the operator's user",
        )


def _no_cycle(order: RedriveOrder) -> None:
    for topic in (*order.targets, order.parking):
        if topic == order.dead_letter:
            raise Refusal(
                f"topic {topic!r} would be redriven to itself: choose another destination with spec.to or spec.topic"
            )
