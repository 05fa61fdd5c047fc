"""A recording replays to the very same decisions, whatever happened while it was made."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given as let
from hypothesis import strategies as st

from sluicegate.decide import acted, decide
from sluicegate.model.app import AppSpec
from sluicegate.model.decision import Decision
from sluicegate.model.memory import Memory
from sluicegate.model.recording import (
    Acted,
    Look,
    header_line,
    look_line,
    read_header,
    read_look,
    verdict_line,
)
from tests.property.histories import HISTORIES, Play, Turn, apps

PARTITIONS = st.integers(1, 12)


def recorded(play: Play, turns: list[Turn]) -> tuple[list[str], list[Decision], Memory]:
    """The lines, the decisions as they were made, and the memory after the last."""
    lines: list[str] = []
    decisions: list[Decision] = []
    before: Look | None = None
    for turn in turns:
        seen = play.observe(turn)
        memory = play.memory
        decision = play.decide(seen)
        wrote = play.carry_out(decision)
        look = Look(
            spec=play.spec,
            generation=1,
            observation=seen,
            memory=None,
            now=seen.at,
            poll=play.poll,
            decision=verdict_line(decision),
            acted=Acted(at=play.at) if wrote else None,
            told=True,
        )
        if before is None:
            lines.append(header_line(spec=play.spec, memory=memory, params={"generation": 1, "poll": play.poll}))
        lines.append(look_line(look, before=before))
        decisions.append(decision)
        before = replace(look, memory=None)
    return lines, decisions, play.memory


@let(spec=apps(), count=PARTITIONS, unseen=HISTORIES, turns=HISTORIES)
def test_a_recording_that_begins_anywhere_replays_exactly(
    spec: AppSpec, count: int, unseen: list[Turn], turns: list[Turn]
) -> None:
    play = Play(spec=spec, count=count)
    for _ in play.run(unseen):
        pass
    lines, decisions, last = recorded(play, turns)
    header = read_header(lines[0])
    assert header.spec == spec
    assert header.exact is not None
    memory, before = header.exact, None
    for number, (line, made) in enumerate(zip(lines[1:], decisions, strict=True), start=2):
        look = read_look(line, number=number, header=header, before=before)
        decision, memory = decide(
            spec=look.spec,
            generation=look.generation,
            observation=look.observation,
            memory=memory,
            now=look.now,
            poll=look.poll,
        )
        assert decision == made
        if look.acted is not None:
            memory = acted(memory, decision=decision, now=look.acted.at, version=look.acted.version)
        before = look
    assert memory == last


@let(spec=apps(), count=PARTITIONS, turns=HISTORIES)
def test_observations_come_back_as_they_were(spec: AppSpec, count: int, turns: list[Turn]) -> None:
    play = Play(spec=spec, count=count)
    header = read_header(header_line(spec=spec, memory=play.memory, params={}))
    for turn in turns:
        seen = play.observe(turn)
        look = Look(spec=spec, generation=1, observation=seen, memory=None, now=seen.at, poll=10.0)
        assert read_look(look_line(look, before=None), number=2, header=header, before=None).observation == seen
        play.carry_out(play.decide(seen))
