"""What a redrive's process is told to do, as a value and as JSON: it crosses a pipe, and an operator that starts anew
gives the same order again with what it remembers of the progress."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sluicegate.model.kafka import ClientConfig
from sluicegate.model.redrive import Destination, RedriveSpec

NO_SOURCE = ""
"""The key in `RedriveOrder.topics` for records whose headers name no source that is a key there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RedriveOrder:
    """One run, resolved: no name in it needs looking up.

    ``uid`` of the resource, written to each record as `sluicegate.redrive.id`. ``topics`` which topic to write to, by
    the topic that a record came from, and for all others under `NO_SOURCE` (without that, such records are dealt with
    as ``spec.guards.onLoop`` says). ``group`` and ``settled`` the consumer groups whose committed offsets are the
    progress of this run, and up to where dead letters were dealt with by all runs. ``parking`` empty: there is none.
    ``started`` unix seconds; ages and times count back from it. ``ends`` and ``counted`` None and empty at the first
    start, then what `Progress` said last: the child takes the end offsets once.
    """

    config: ClientConfig
    uid: str
    name: str
    namespace: str
    dead_letter: str
    destination: Destination
    topics: Mapping[str, str]
    group: str
    settled: str
    parking: str
    spec: RedriveSpec
    started: float
    ends: Mapping[int, int] | None = None
    counted: Mapping[str, Any] = field(default_factory=dict)

    @property
    def targets(self) -> tuple[str, ...]:
        """Each topic that may be written to, besides the parking topic, once."""
        if self.destination is Destination.PARK:
            return ()
        return tuple(dict.fromkeys(self.topics.values()))


def encode(order: RedriveOrder) -> bytes:
    return json.dumps(
        {
            "config": order.config.settings,
            "uid": order.uid,
            "name": order.name,
            "namespace": order.namespace,
            "deadLetter": order.dead_letter,
            "destination": order.destination.value,
            "topics": dict(order.topics),
            "group": order.group,
            "settled": order.settled,
            "parking": order.parking,
            "spec": order.spec.model_dump(mode="json", by_alias=True, exclude_unset=True),
            "started": order.started,
            "ends": None if order.ends is None else {str(number): end for number, end in order.ends.items()},
            "counted": dict(order.counted),
        },
        separators=(",", ":"),
    ).encode()


def decode(body: bytes) -> RedriveOrder:
    """The order that `encode` was given."""
    told = json.loads(body)
    return RedriveOrder(
        config=ClientConfig(settings=tuple((name, value) for name, value in told["config"])),
        uid=told["uid"],
        name=told["name"],
        namespace=told["namespace"],
        dead_letter=told["deadLetter"],
        destination=Destination(told["destination"]),
        topics=told["topics"],
        group=told["group"],
        settled=told["settled"],
        parking=told["parking"],
        spec=RedriveSpec.model_validate_json(json.dumps(told["spec"])),
        started=told["started"],
        ends=None if told["ends"] is None else {int(number): end for number, end in told["ends"].items()},
        counted=told["counted"],
    )
