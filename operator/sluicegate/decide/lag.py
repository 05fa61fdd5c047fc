"""How far the group is behind, partition by partition: a number that was really read, or why there is none.

Everything else in this room leans on these rules. Unknown is never taken for zero; a lag is never negative.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter

from sluicegate.decide.absent import not_listed, remembered
from sluicegate.decide.incarnation import void_recreated
from sluicegate.decide.residue import settle
from sluicegate.model.app import Isolation, Kafka, OffsetReset
from sluicegate.model.evolve import quick
from sluicegate.model.kafka import Partition
from sluicegate.model.known import Known, Maybe, Unknown
from sluicegate.model.memory import Memory, evolve
from sluicegate.model.observation import Observation

_PLACE = attrgetter("topic", "partition")


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One sweep's offsets made into lag; sequences are in the order of ``names``.

    ``ends`` the end that counts; ``committed`` as the group committed it; ``positions`` where reading goes on from;
    ``lags`` messages, None where unknown; ``unknown`` why, by partition, or by topic when a whole one is missing.
    Partitions that were not listed this time but are remembered are here, too, as unknown. ``earlier`` where each
    ended some minutes ago, where that was asked for and nothing later is remembered.
    """

    names: tuple[str, ...]
    topics: tuple[str, ...]
    ends: tuple[int | None, ...]
    committed: tuple[int | None, ...]
    positions: tuple[int | None, ...]
    lags: tuple[int | None, ...]
    unknown: tuple[tuple[str, Unknown], ...]
    complete: bool
    """All partitions of all topics are listed, whether or not their offsets are known."""

    total: Maybe[int]
    """Messages not handled yet: known only when every partition is."""

    earlier: tuple[tuple[int, float] | None, ...] = ()

    @property
    def blind(self) -> bool:
        """Nothing at all is known."""
        return all(lag is None for lag in self.lags)


def read(
    *, kafka: Kafka, topics: Sequence[str] | None, observation: Observation, memory: Memory
) -> tuple[Reading, Memory]:
    """Lag of each partition, and the memory with what this sweep taught about topics and isolation.

    ``topics`` those the spec names, None when it leaves them to the group.
    """
    missing = not_listed(observation=observation, topics=topics)
    absent = remembered(memory.names, observation=observation) if missing else ()
    parts = sorted((*observation.partitions, *absent), key=_PLACE)
    names = tuple([f"{part.topic}-{part.partition}" for part in parts])
    memory = void_recreated(parts, memory)
    open_ends = [part for part in parts if part.stable != part.end]
    memory = _isolation(open_ends, kafka=kafka, memory=memory)
    stable_end = kafka.isolation_level is Isolation.READ_COMMITTED or (
        kafka.isolation_level is Isolation.AUTO and not memory.uncommitted_proven
    )
    first = dict(memory.first_end)
    first_after: dict[str, int] = {}
    ends: list[int | None] = []
    positions: list[int | None] = []
    lags: list[int | None] = []
    unknown: list[tuple[str, Unknown]] = [*missing]
    for name, part in zip(names, parts, strict=True):
        end = part.stable if stable_end else part.end
        ends.append(end)
        committed, start = part.committed, part.start
        if committed is not None and start is not None and end is not None and part.fault is None:
            reached = committed if committed > start else start
            if reached <= end:
                positions.append(reached)
                lags.append(end - reached)
                continue
        position = _position(part, end=end, reset=kafka.offset_reset, first=first.get(name))
        if isinstance(position, int) and end is not None and position > end:
            position = _beyond(part, position=position, end=end, stable_end=stable_end)
        if isinstance(position, Unknown) or end is None:
            positions.append(None)
            lags.append(None)
            if part not in absent:
                unknown.append((name, position if isinstance(position, Unknown) else _no_end(stable_end=stable_end)))
            if name in first and part.committed is None:
                first_after[name] = first[name]
            continue
        if part.committed is None and kafka.offset_reset is OffsetReset.LATEST:
            first_after[name] = first.get(name, end)
        positions.append(position)
        lags.append(end - position)
    part_topics = tuple([part.topic for part in parts])
    transactional = memory.transactional
    opened = {p.topic for p in open_ends if p.stable is not None and p.end is not None and p.stable < p.end}
    if not opened.issubset(transactional):
        transactional = tuple(sorted(opened.union(transactional)))
    residue = settle(
        names=names,
        topics=part_topics,
        ends=ends,
        lags=lags,
        resting=_resting(parts, observation) if transactional else (),
        transactional=frozenset(transactional),
        before=memory.residue,
    )
    reading = Reading(
        names=names,
        topics=part_topics,
        ends=tuple(ends),
        committed=tuple([part.committed for part in parts]),
        positions=tuple(positions),
        lags=tuple(lags),
        unknown=tuple(unknown),
        total=_total(lags, unknown),
        earlier=() if memory.polls else tuple([part.earlier for part in parts]),
        complete=bool(parts) and not missing,
    )
    first_end = tuple(first_after.items())
    if (first_end, residue, transactional) != (memory.first_end, memory.residue, memory.transactional):
        memory = evolve(memory, first_end=first_end, residue=residue, transactional=transactional)
    return reading, memory


def _total(lags: Sequence[int | None], unknown: Sequence[tuple[str, Unknown]]) -> Maybe[int]:
    if not unknown:
        return Known(sum(lag for lag in lags if lag is not None))
    name, first = unknown[0]
    if len(unknown) == 1:
        return Unknown(first.reason, f"{name}: {first.message}")
    return Unknown(first.reason, f"{len(unknown)} partitions or topics unknown, {name} first: {first.message}")


def _position(part: Partition, *, end: int | None, reset: OffsetReset | None, first: int | None) -> int | Unknown:
    if part.fault is not None:
        return Unknown(part.fault.kind.value, part.fault.message)
    if part.start is None:
        return Unknown("OffsetUnknown", "the start of the partition could not be read")
    if part.committed is not None:
        return max(part.committed, part.start)
    if reset is OffsetReset.EARLIEST or end == part.start:
        return part.start
    if reset is OffsetReset.LATEST:
        return part.start if end is None else max(part.start, min(end, end if first is None else first))
    return Unknown(
        "NeverCommitted",
        "the group never committed an offset here; set spec.kafka.offsetReset to what auto.offset.reset of the "
        "consumers says (Earliest or Latest) for its lag to be known before that",
    )


def _beyond(part: Partition, *, position: int, end: int, stable_end: bool) -> Unknown:
    if stable_end and part.end is not None and position <= part.end:
        return Unknown(
            "OffsetBeyondEnd",
            f"committed offset {position} lies beyond the last stable offset {end}: the consumers read uncommitted "
            "records; set spec.kafka.isolationLevel to Auto or ReadUncommitted",
        )
    return Unknown(
        "OffsetBeyondEnd",
        f"committed offset {position} lies beyond the end {end}: the topic was made anew or lost records; "
        "reset the group's offsets",
    )


def _no_end(*, stable_end: bool) -> Unknown:
    which = "last stable offset" if stable_end else "end"
    return Unknown("OffsetUnknown", f"the {which} of the partition could not be read")


def _isolation(parts: Sequence[Partition], *, kafka: Kafka, memory: Memory) -> Memory:
    """A committed offset above the last stable one proves an uncommitted reader; ends then mean something else, so
    their history is of no use any more."""
    if kafka.isolation_level is not Isolation.AUTO or memory.uncommitted_proven:
        return memory
    for part in parts:
        if (
            part.committed is not None
            and part.stable is not None
            and part.end is not None
            and part.stable < part.committed <= part.end
        ):
            return evolve(memory, uncommitted_proven=True, polls=(), anchors=(), residue=())
    return memory


def _resting(parts: Sequence[Partition], observation: Observation) -> Sequence[bool]:
    group = observation.group
    if group is None or group.state != "Stable":
        return [False] * len(parts)
    owned = {(tp.topic, tp.partition) for member in group.members for tp in member.partitions}
    return [(part.topic, part.partition) in owned for part in parts]
