"""What this process holds of each app from poll to poll; a new one takes up what an earlier process left in status."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sluicegate.control.records import AppRecord, source_of
from sluicegate.decide import persist, restore
from sluicegate.model.decision import Decision
from sluicegate.model.memory import Memory
from sluicegate.model.resource import Key


@dataclass(slots=True, kw_only=True)
class AppState:
    """Of one app (one uid). ``about`` which group of which source the memory speaks of; ``pruned`` the status that
    was asked for where the API server kept only a part of it, as one with older CRDs does."""

    uid: str
    memory: Memory
    about: object = None
    decision: Decision | None = None
    status_written: float = float("-inf")
    workload_version: str = ""
    pruned: Mapping[str, Any] | None = None


class States:
    """The state of every app."""

    def __init__(self) -> None:
        self._states: dict[Key, AppState] = {}

    def of(self, record: AppRecord, *, now: float) -> AppState:
        state = self._states.get(record.meta.key)
        if state is None or state.uid != record.meta.uid:
            memory = restore(record.status.get("memory"), now=now)
            state = self._states[record.meta.key] = AppState(uid=record.meta.uid, memory=memory)
        about = (source_of(record), record.spec.consumer_group) if record.spec else None
        if about != state.about:
            if state.about is not None:
                state.memory = _elsewhere(state.memory, now=now)
            state.about = about
        return state

    def forget_unless(self, there: Callable[[Key], bool]) -> list[Key]:
        """Let go of apps that are no more; returns them."""
        gone = [key for key in self._states if not there(key)]
        for key in gone:
            del self._states[key]
        return gone


def _elsewhere(memory: Memory, *, now: float) -> Memory:
    """Memory of an app that reads another group from now on: as after a restart, offsets of the old one are nothing
    to go by. What concerns the workload stands."""
    return replace(
        restore(persist(memory), now=now),
        order=memory.order,
        acted_at=memory.acted_at,
        acted_on=memory.acted_on,
        before=memory.before,
        write_seen=memory.write_seen,
    )
