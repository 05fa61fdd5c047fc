"""What a running redrive may be told: another rate, to pause, to go on, to stop."""

from __future__ import annotations

import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """At most so many records a second; the order's own rate still holds. None: only that."""

    per_second: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Write nothing until told to go on; ``why`` is a sentence for people."""

    why: str


@dataclass(frozen=True, slots=True)
class Go:
    """Go on after a pause."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Commit what was acknowledged, and end."""


Command = Rate | Pause | Go | Stop


def encode(command: Command) -> bytes:
    match command:
        case Rate(per_second=per_second):
            told: dict[str, object] = {"rate": per_second}
        case Pause(why=why):
            told = {"pause": why}
        case Go():
            told = {"go": True}
        case Stop():
            told = {"stop": True}
    return json.dumps(told).encode()


def decode(body: bytes) -> Command:
    """The command that `encode` was given; ValueError for any other."""
    told = json.loads(body)
    match told:
        case {"rate": per_second}:
            return Rate(per_second=per_second)
        case {"pause": str(why)}:
            return Pause(why=why)
        case {"go": True}:
            return Go()
        case {"stop": True}:
            return Stop()
    raise ValueError(f"no command: {told!r}")
