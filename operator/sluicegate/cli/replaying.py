"""Decides once more about what was recorded, with the very same code as the operator.

With the recorded spec, memory takes the very path it took: the writes that happened are in the recording. With another
spec (or where a recording tells of no writes) memory follows the decisions made here, and counts them as carried out
where the world came to run that number; where it ran another one, that is the world's doing and nobody's hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from sluicegate.decide import acted, decide, restore
from sluicegate.errors import Invalid
from sluicegate.model.app import AppSpec
from sluicegate.model.decision import Decision
from sluicegate.model.memory import Memory
from sluicegate.model.recording import Acted, Header, Look, read_header, read_look, verdict_line


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    header: Header
    looks: Sequence[Look]


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """A decision made again. ``differs``: another one was made then, of the same spec."""

    decision: Decision
    differs: bool = False


def read(lines: Iterable[str]) -> Recording:
    """A recording from its lines; empty ones are passed over. Invalid says which line is wrong, and how."""
    header: Header | None = None
    looks: list[Look] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        if header is None:
            header = read_header(line)
        else:
            look = read_look(line, number=number, header=header, before=looks[-1] if looks else None)
            if looks and look.now < looks[-1].now:
                raise Invalid(
                    f"line {number}: now is {look.now}, before that of the line above: put the lines in order of time",
                    field="now",
                )
            looks.append(look)
    if header is None:
        raise Invalid("the recording is empty: the first line is its header, as `record` writes it")
    return Recording(header=header, looks=looks)


def replay(recording: Recording, *, spec: AppSpec | None = None) -> Iterator[Again]:
    """A decision for each observation. ``spec`` None: by the spec that was recorded with it."""
    if not recording.looks:
        return
    first = recording.looks[0]
    memory = recording.header.exact or restore(recording.header.memory, now=first.now)
    for index, look in enumerate(recording.looks):
        if look.memory is not None:
            memory = look.memory
        own = spec or look.spec
        decision, memory = decide(
            spec=own,
            generation=look.generation,
            observation=look.observation,
            memory=memory,
            now=look.now,
            poll=look.poll,
        )
        recorded = look.decision is not None and spec is None
        yield Again(decision=decision, differs=recorded and verdict_line(decision) != look.decision)
        if look.told and spec is None:
            if look.acted is not None:
                memory = acted(memory, decision=decision, now=look.acted.at, version=look.acted.version)
        else:
            after = recording.looks[index + 1] if index + 1 < len(recording.looks) else None
            memory = _believed(memory, decision, look=look, after=after)


def _believed(memory: Memory, decision: Decision, *, look: Look, after: Look | None) -> Memory:
    """Memory before the look ``after``, of which its workload tells whether the decision was carried out."""
    ran, world = look.observation.workload, after.observation.workload if after else None
    if world is None or world.desired == memory.written:
        return memory
    if decision.write and ran is not None and ran.desired != decision.replicas == world.desired:
        wrote = look.acted or Acted(at=look.now)
        return acted(memory, decision=decision, now=wrote.at, version=wrote.version)
    return replace(memory, target_uid=world.uid, written=world.desired, before=None, write_seen=True)
