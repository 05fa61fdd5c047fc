"""The operator's own law, through the very functions that the operator calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sluicegate.decide import acted, decide, persist, restore
from sluicegate.model.app import AppSpec
from sluicegate.model.decision import Decision
from sluicegate.model.memory import Memory
from sluicegate.model.observation import Observation
from sluicegate.simulate.seen import Seen
from sluicegate.simulate.sharing import Sharing

STORED_EVERY = 300.0
"""Seconds between two writes of what was learned, when nothing else is written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """Where an app asks for its part of what it depends on: ``name`` it has at ``sharing``, ``replicas`` it begins
    with."""

    sharing: Sharing
    name: str
    replicas: int


class Sluicegate:
    """Decides for ``app`` every ``period`` seconds. The simulated topics stand for the app's own."""

    def __init__(self, *, app: AppSpec, period: float, seat: Seat | None = None) -> None:
        self._app = app
        self._period = period
        self._seat = seat if app.dependencies else None
        if self._seat is not None:
            self._seat.sharing.join(self._seat.name, spec=app, replicas=self._seat.replicas)
        self._topics_known = False
        self._memory = Memory()
        self._stored: Mapping[str, Any] = {}
        self._stored_at = float("-inf")
        self._lost = False
        self.decision: Decision | None = None
        """The last one, for those who ask why."""

    @property
    def period(self) -> float:
        return self._period

    @property
    def memory(self) -> Memory:
        """What it remembers now."""
        return self._memory

    def restarted(self) -> None:
        """The process died: what it had not written to status is lost."""
        self._lost = True

    def __call__(self, seen: Seen) -> int | None:
        observation = seen.observation()
        now = observation.at
        if not self._topics_known and observation.partitions:
            topics = tuple(sorted({partition.topic for partition in observation.partitions}))
            self._app = self._app.model_copy(update={"topics": topics})
            self._topics_known = True
        if self._lost:
            self._memory, self._lost = restore(self._stored, now=now), False
        decision, memory = self._decided(observation, used=seen.used)
        self.decision = decision
        writes = decision.write and decision.replicas is not None and decision.replicas != seen.desired
        if writes:
            version = observation.workload.resource_version if observation.workload else "0"
            memory = acted(memory, decision=decision, now=now, version=str(int(version) + 1))
        if writes or now - self._stored_at >= STORED_EVERY:
            self._stored, self._stored_at = persist(memory), now
        self._memory = memory
        return decision.replicas if writes else None

    def _decided(self, observation: Observation, *, used: Mapping[str, float]) -> tuple[Decision, Memory]:
        """As the operator does: with what its dependencies give, and once more when its claim changed that."""
        if self._seat is None:
            return self._decide(observation)
        sharing, name = self._seat.sharing, self._seat.name
        shares = sharing.shares(name, seen=observation, used=used)
        decision, memory = self._decide(replace(observation, shares=shares))
        if decision.claim is None:
            return decision, memory
        after = sharing.ask(name, decision.claim, now=observation.at, used=used)
        return (decision, memory) if after == shares else self._decide(replace(observation, shares=after))

    def _decide(self, observation: Observation) -> tuple[Decision, Memory]:
        return decide(
            spec=self._app,
            generation=1,
            observation=observation,
            memory=self._memory,
            now=observation.at,
            poll=self._period,
        )
