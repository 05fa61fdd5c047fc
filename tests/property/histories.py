"""Random apps and random histories of what the mind is shown: everything that Kafka and Kubernetes may say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from sluicegate.decide import acted, decide
from sluicegate.model.app import AppSpec
from sluicegate.model.decision import Decision
from sluicegate.model.kafka import Partition
from sluicegate.model.memory import Memory
from sluicegate.model.observation import Observation
from sluicegate.model.topic import DeadLetters, RetryPartition
from tests.support import given

SECONDS = st.sampled_from(["0s", "20s", "60s", "600s"])


@st.composite
def apps(draw: st.DrawFn) -> AppSpec:
    """A spec that passes the rules."""
    most = draw(st.integers(1, 20))
    scaling: dict[str, Any] = {
        "maxReplicas": most,
        "minReplicas": draw(st.integers(0, min(3, most))),
        "consumersPerReplica": draw(st.sampled_from([1, 1, 1, 3])),
        "partitionCap": draw(st.sampled_from(["Enforce", "Enforce", "Ignore"])),
        "capacityPerReplica": draw(st.sampled_from([None, 5, 50])),
        "scaleDown": {"stabilization": draw(SECONDS), "maxPerHour": draw(st.sampled_from([1, 8]))},
    }
    if draw(st.booleans()):
        scaling["lagPerReplica"] = draw(st.integers(1, 1000))
    else:
        scaling["lagObjective"] = draw(st.sampled_from(["20s", "60s", "600s"]))
    if draw(st.integers(0, 3)) == 0:
        scaling["onLagUnknown"] = {"action": "RunAtLeast", "replicas": draw(st.integers(0, 30))}
    kafka = {"isolationLevel": draw(st.sampled_from(["Auto", "ReadCommitted", "ReadUncommitted"]))}
    if (reset := draw(st.sampled_from([None, "Earliest", "Latest"]))) is not None:
        kafka["offsetReset"] = reset
    more: dict[str, Any] = {}
    if draw(st.integers(0, 2)) == 0:
        storm = {"action": draw(st.sampled_from(["Freeze", "Floor"])), "window": draw(st.sampled_from(["30s", "10m"]))}
        more["errorHandling"] = {"retry": {"delays": ["10s"]}, "storm": storm}
    if draw(st.integers(0, 5)) == 0:
        more["override"] = {"replicas": draw(st.integers(0, 30)), "until": "2030-01-01T00:00:00Z"}
    return given.spec(kafka=kafka, scaling=scaling, **more)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What happens before one poll; ``unknown`` and ``gone`` are indices of partitions, ``by_hand`` a number that
    somebody sets, ``strange`` members of others, ``blind`` nothing can be read, ``ready`` replicas behind desired."""

    seconds: int
    came: int
    handled: int
    unknown: frozenset[int]
    fewer: int
    blind: bool
    by_hand: int | None
    strange: int
    behind: int
    never: bool


TURNS = st.builds(
    Turn,
    seconds=st.sampled_from([2, 10, 10, 10, 10, 30, 300]),
    came=st.sampled_from([0, 0, 10, 100, 100, 1000, 100_000]),
    handled=st.sampled_from([0, 10, 100, 100, 1000, 1_000_000]),
    unknown=st.sampled_from([frozenset[int](), frozenset[int](), frozenset({0}), frozenset({1, 3})]),
    fewer=st.sampled_from([0, 0, 0, 0, 2]),
    blind=st.sampled_from([False] * 7 + [True]),
    by_hand=st.sampled_from([None] * 9 + [0, 2, 7, 25]),
    strange=st.sampled_from([0, 0, 0, 0, 2]),
    behind=st.sampled_from([0, 0, 0, 1]),
    never=st.sampled_from([False] * 9 + [True]),
)
HISTORIES = st.lists(TURNS, min_size=1, max_size=14)


@dataclass(kw_only=True)
class Play:
    """Plays turns against the mind and carries its numbers out."""

    spec: AppSpec
    count: int
    replicas: int = 2
    memory: Memory = field(default_factory=Memory)
    at: float = given.NOW
    end: int = 1000
    committed: int = 1000
    poll: float = 10.0
    dead: int = 0

    def observe(self, turn: Turn) -> Observation:
        """The world after a turn."""
        self.at += turn.seconds
        self.end += turn.came
        self.committed = min(self.end, self.committed + turn.handled)
        if turn.by_hand is not None:
            self.replicas = turn.by_hand
        if turn.blind:
            return given.observation((), replicas=self.replicas, at=self.at, fault=given.LOST)
        count = max(1, self.count - turn.fewer)
        parts = [self._part(i, turn) for i in range(count)]
        members = given.dealt(parts, self.replicas + turn.strange) if self.replicas + turn.strange else ()
        return given.observation(
            parts,
            replicas=self.replicas,
            at=self.at,
            members=members,
            workload=given.workload(self.replicas, ready=max(0, self.replicas - turn.behind)),
            **self._failures(turn),
        )

    def _failures(self, turn: Turn) -> dict[str, Any]:
        """Of what is handled a tenth is tried again, and what comes in a turn that nobody handles is dead."""
        if self.spec.error_handling is None:
            return {}
        fault = given.LOST if turn.unknown else None
        due_end = None if fault else self.committed // 10
        self.dead += turn.came // 2 if turn.handled >= turn.came else 0
        count = None if fault else self.dead
        return {
            "retry": (
                RetryPartition(topic="retry", partition=0, due_end=due_end, committed=self.committed // 11),
                RetryPartition(topic="retry", partition=1, due_end=None, committed=None, fault=given.LOST),
            )[: 1 + turn.fewer],
            "dead_letters": (DeadLetters(topic="dlq", records=count, ends=count, oldest=given.NOW, fault=fault),),
        }

    def _part(self, index: int, turn: Turn) -> Partition:
        if index in turn.unknown:
            return given.partition(index, end=None, stable=None, committed=None, fault=given.LOST)
        end = self.end + (index % 3) * turn.came
        self_committed: int | None = None if turn.never and index == 0 else self.committed
        return given.partition(index, end=end, committed=self_committed)

    def decide(self, seen: Observation) -> Decision:
        decision, self.memory = decide(
            spec=self.spec, generation=1, observation=seen, memory=self.memory, now=seen.at, poll=self.poll
        )
        return decision

    def carry_out(self, decision: Decision) -> bool:
        """Write the number where it may be written and differs."""
        if not decision.write or decision.replicas is None or decision.replicas == self.replicas:
            return False
        self.memory = acted(self.memory, decision=decision, now=self.at)
        self.replicas = decision.replicas
        return True

    def run(self, turns: list[Turn]) -> Iterator[tuple[Observation, Decision]]:
        for turn in turns:
            seen = self.observe(turn)
            decision = self.decide(seen)
            yield seen, decision
            self.carry_out(decision)
