"""The last decisions, packed: all of them come out as they went in, and take little room."""

from __future__ import annotations

import sys
from dataclasses import replace

from sluicegate.control.account import account
from sluicegate.control.ring import HELD, Ring
from sluicegate.decide import decide
from sluicegate.model.decision import Decision
from sluicegate.model.memory import Memory
from tests.support import given


def decisions(count: int) -> list[Decision]:
    """As a busy app makes them: no two say the same."""
    memory, made = Memory(), []
    for poll in range(count):
        at = given.NOW + 10 * poll
        parts = given.partitions(*(137 * poll % 1000 + index for index in range(12)), at=at, end=10_000 + 500 * poll)
        seen = given.observation(parts, replicas=3, at=at, members=given.dealt(parts, 3))
        decision, memory = decide(
            spec=given.spec(), generation=1, observation=seen, memory=memory, now=at, poll=given.POLL
        )
        made.append(decision)
    return made


def test_the_last_fifty_come_out_oldest_first_with_every_step() -> None:
    made = decisions(HELD + 17)
    ring = Ring()
    for number, decision in enumerate(made):
        ring.add(decision, identity=f"id{number}", written=number % 7 == 0)
    found = ring.accounts()
    assert len(found) == HELD
    assert found == [
        account(decision, identity=f"id{number}", written=number % 7 == 0)
        for number, decision in enumerate(made)
        if number >= len(made) - HELD
    ]
    assert all(one["steps"] and one["steps"][0]["sentence"] for one in found)


def test_few_decisions_are_all_there() -> None:
    ring = Ring()
    assert ring.accounts() == []
    for number, decision in enumerate(decisions(3)):
        ring.add(decision, identity=str(number), written=False)
    assert [one["id"] for one in ring.accounts()] == ["0", "1", "2"]


def test_a_full_ring_takes_less_than_ten_kilobytes_packed() -> None:
    ring = Ring()
    for number, decision in enumerate(decisions(HELD)):
        ring.add(replace(decision, at=decision.at + 0.123), identity=str(number) * 26, written=False)
    assert ring._loose == ()
    assert sum(sys.getsizeof(pack) for pack in ring._packs) < 10_000
