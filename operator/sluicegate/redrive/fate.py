"""What becomes of one selected record: where it goes, or why it cannot and what `guards.onLoop` makes of that. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sluicegate.model.evolve import quick
from sluicegate.model.redrive import Destination, OnLoop
from sluicegate.redrive import headers
from sluicegate.redrive.dialects import Origin
from sluicegate.redrive.letter import Headers, Letter
from sluicegate.redrive.order import NO_SOURCE, RedriveOrder
from sluicegate.redrive.partitioner import partition_for
from sluicegate.redrive.refusal import Refusal
from sluicegate.redrive.size import at_most, batch_of_one
from sluicegate.redrive.track import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What is known of a topic to write to. ``most`` its max.message.bytes; None: the broker does not tell."""

    partitions: int
    most: int | None


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """``outcome`` once it is acknowledged; ``topic`` empty when nothing is written. ``why`` it does not just go where
    it should, as the end of a sentence; empty when it does."""

    outcome: Outcome
    topic: str = ""
    partition: int = 0
    headers: Headers
    octets: int = 0
    why: str = ""


class Judge:
    """``rooms`` by name: the topics that exist, of those that may be written to; ``here`` partitions of the
    dead-letter topic."""

    def __init__(self, order: RedriveOrder, *, rooms: Mapping[str, Room], here: int) -> None:
        self._order = order
        self._rooms = rooms
        self._here = here
        self._guards = order.spec.guards

    def fate(self, letter: Letter, origin: Origin) -> Fate:
        """Refusal when the run must not go on past this record."""
        order = self._order
        if order.destination is Destination.PARK:
            return self._park(letter, origin, why="")
        if origin.redrives >= self._guards.max_redrives:
            return self.stuck(letter, origin, why=f"it has come back {origin.redrives} times")
        topic = order.topics.get(origin.topic) or order.topics.get(NO_SOURCE)
        if not topic:
            named = (
                f"its source {origin.topic!r} is no topic of this app" if origin.topic else "no header names its source"
            )
            return self.stuck(letter, origin, why=named)
        room = self._rooms.get(topic)
        if room is None:
            return self.stuck(letter, origin, why=f"topic {topic!r} does not exist")
        moved = headers.moved(letter, origin, by=order.uid)
        octets = at_most(letter.key, letter.value, moved)
        if why := _too_large(letter, moved, octets, topic=topic, most=room.most):
            return self.stuck(letter, origin, why=why)
        return self._to(topic, room, letter, outcome=Outcome.REDRIVEN, given=moved, octets=octets, why="")

    def stuck(self, letter: Letter, origin: Origin, *, why: str) -> Fate:
        """What becomes of a record that cannot go where it should."""
        match self._guards.on_loop:
            case OnLoop.PARK:
                return self._park(letter, origin, why=why)
            case OnLoop.SKIP:
                return Fate(outcome=Outcome.SKIPPED, headers=[], why=why)
            case OnLoop.FAIL:
                raise Refusal(
                    f"{self._order.dead_letter}, {letter.place}: {why}: set spec.guards.onLoop to Park or Skip, "
                    "or leave the record out with spec.select"
                )

    def _park(self, letter: Letter, origin: Origin, *, why: str) -> Fate:
        topic = self._order.parking
        because = f" ({why})" if why else ""
        room = self._rooms.get(topic)
        if room is None:
            raise Refusal(
                f"{self._order.dead_letter}, {letter.place} is to be parked{because}, and there is no parking topic "
                f"{topic!r}: create it, or set spec.guards.onLoop to Skip"
            )
        given = headers.parked(letter, origin, by=self._order.uid)
        octets = at_most(letter.key, letter.value, given)
        if too_large := _too_large(letter, given, octets, topic=topic, most=room.most):
            raise Refusal(
                f"{self._order.dead_letter}, {letter.place} is to be parked{because}, and "
                f"{too_large}: raise that topic's max.message.bytes, or set "
                "spec.guards.onLoop to Skip"
            )
        return self._to(topic, room, letter, outcome=Outcome.PARKED, given=given, octets=octets, why=why)

    def _to(
        self, topic: str, room: Room, letter: Letter, *, outcome: Outcome, given: Headers, octets: int, why: str
    ) -> Fate:
        partition = partition_for(
            letter.key,
            partition=letter.partition,
            offset=letter.offset,
            here=self._here,
            there=room.partitions,
            by=self._order.spec.partitioner,
        )
        return Fate(outcome=outcome, topic=topic, partition=partition, headers=given, octets=octets, why=why)


def _too_large(letter: Letter, given: Headers, octets: int, *, topic: str, most: int | None) -> str:
    """Why ``topic`` does not take it, empty when it does; ``octets`` at most that it has."""
    if most is None or octets <= most:
        return ""
    exactly = batch_of_one(letter.key, letter.value, given)
    return (
        f"its {exactly} bytes are more than topic {topic!r} takes (max.message.bytes {most})" if exactly > most else ""
    )
