"""A topic that was deleted and made again is another topic: what was remembered about the old one is void.

No step down may come from figures of the old incarnation, so a new window of observation begins.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

from sluicegate.model.kafka import Partition
from sluicegate.model.memory import Memory, evolve


def topic_mark(topic: str, topic_id: str) -> str:
    """Eight characters that stand for one incarnation of a topic where space is short."""
    return f"{zlib.crc32(f'{topic}/{topic_id}'.encode()):08x}"


def void_recreated(parts: Sequence[Partition], memory: Memory) -> Memory:
    """A topic with another id is another topic: what was remembered about the old one is void, and a new window of
    observation begins (no step down may come from figures of the old)."""
    known = dict(memory.topic_ids)
    ids = {part.topic: part.topic_id for part in parts if part.topic_id is not None}
    if ids.items() <= known.items():
        return memory
    marks = frozenset(memory.topic_marks)
    changed = {
        topic
        for topic, id_ in ids.items()
        if (topic in known and known[topic] != id_)
        or (marks and topic not in known and topic_mark(topic, id_) not in marks)
    }
    memory = evolve(memory, topic_ids=tuple(sorted({**known, **ids}.items())), topic_marks=())
    if not changed:
        return memory
    gone = {f"{part.topic}-{part.partition}" for part in parts if part.topic in changed}
    return evolve(
        memory,
        started=None,
        wanted=(),
        idle_since=None,
        polls=(),
        anchors=(),
        held=tuple(None if name in gone else lag for name, lag in zip(memory.names, memory.held, strict=True)),
        residue=tuple(entry for entry in memory.residue if entry[0] not in gone),
        first_end=tuple(entry for entry in memory.first_end if entry[0] not in gone),
        transactional=tuple(topic for topic in memory.transactional if topic not in changed),
    )
