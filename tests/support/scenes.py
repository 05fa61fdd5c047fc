"""Short ways to say what the law looks at: rates, a scene, polls, the speed of a member."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sluicegate.decide.assignment import Assignment, shape
from sluicegate.decide.capacity import Speed
from sluicegate.decide.rates import Rates
from sluicegate.decide.scene import Scene
from sluicegate.model.memory import Poll, packed

NOW = 1_700_000_000.0


def rates(fast: float = 100.0, *, partitions: int = 12, **more: Any) -> Rates:
    """Steady arrivals of ``fast`` messages a second, all of them handled, but for what ``more`` says."""
    given: dict[str, Any] = dict.fromkeys(("minute", "mid", "newest", "before", "long", "out"), fast)
    given |= {"slope": 0.0, "share": (1 / partitions,) * partitions, "interval": 10.0}
    return Rates(fast=fast, **{**given, **more})


def assignment(
    *, members: int = 4, topics: Sequence[str] = ("a",) * 12, assignor: str = "", owners: Sequence[int] | None = None
) -> Assignment:
    """Partitions dealt one by one over the members."""
    dealt = [index % members for index in range(len(topics))] if owners is None else owners
    return Assignment(shape=shape(topics, assignor=assignor), owners=tuple(dealt), members=members)


def scene(*, replicas: int = 4, partitions: int = 12, **more: Any) -> Scene:
    """A group at rest, nothing waiting, 100 messages/s; a start takes 50 s, a poll 10 s, a pause 4 s."""
    consumers = more.get("consumers", 1)
    given: dict[str, Any] = {
        "now": NOW,
        "poll": 10.0,
        "ready": replicas,
        "consumers": consumers,
        "foreign": 0,
        "stable": True,
        "stable_for": 10_000.0,
        "held_for": 10_000.0,
        "assignment": assignment(members=max(1, replicas * consumers), topics=("a",) * partitions),
        "rates": rates(partitions=partitions),
        "share": (1 / partitions,) * partitions,
        "lags": (0,) * partitions,
        "floor": (0.0,) * partitions,
        "stuck": (),
        "rest": 2.5,
        "looks": 1,
        "gap": 5.0,
        "pause": 4.0,
        "lead": 50.0,
        "last_change": None,
    }
    return Scene(replicas=replicas, **{**given, **more})


def polls(
    *,
    ends: float = 100.0,
    out: float | None = None,
    seconds: int = 300,
    every: int = 10,
    partitions: int = 12,
    waiting: int = 0,
    now: float = NOW,
) -> tuple[Poll, ...]:
    """History of so many seconds: ``ends`` messages/s came, ``out`` (as many, unless said) were handled, ``waiting``
    messages lay there at its end, all in equal parts."""
    handled = ends if out is None else out
    found = []
    for ago in range(seconds, -1, -every):
        end = 10**9 - round(ends * ago / partitions)
        done = 10**9 - waiting // partitions - round(handled * ago / partitions)
        done = min(done, end)
        found.append(
            Poll(
                at=now - ago,
                end=packed([end] * partitions),
                committed=packed([done] * partitions),
                lag=packed([end - done] * partitions),
                total=end * partitions,
            )
        )
    return tuple(found)


def speed(rate: float | None = 50.0, **more: Any) -> Speed:
    """Declared, unless said otherwise."""
    return replace(Speed(rate=rate, down=rate, measured=rate is not None, source="Declared"), **more)
